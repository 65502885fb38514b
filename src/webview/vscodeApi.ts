import type { Port } from '../protocol/channel';
import type { Draft } from './composer';

/** What VS Code gives a page, once. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** Puts a page into the document, at its end of the wire. */
export function putUp(page: HTMLElement & { connect(api: VsCodeApi): void }): void {
  page.connect(acquireVsCodeApi());
  document.body.append(page);
}

/** The page's end of the wire. */
export function hostPort(api: VsCodeApi): Port {
  return {
    post: (message) => api.postMessage(message),
    listen(receive) {
      const hear = (event: MessageEvent) => receive(event.data);
      window.addEventListener('message', hear);
      return () => window.removeEventListener('message', hear);
    },
  };
}

/** What the user was writing before the view was hidden: VS Code keeps it, perhaps for another version of this page. */
export function savedDraft(api: VsCodeApi): Draft {
  const saved = api.getState();
  const { kind, text } = (typeof saved === 'object' && saved !== null ? saved : {}) as Partial<Record<string, unknown>>;
  return { kind: kind === 'db' || kind === 'chat' ? kind : 'os', text: typeof text === 'string' ? text : '' };
}
