import type { Port } from '../protocol/channel';
import type { Draft } from './chat/composer';

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

/** What the page kept before it was hidden: VS Code has it, perhaps from another version of the page. */
export function savedState(api: VsCodeApi): Readonly<Partial<Record<string, unknown>>> {
  return { ...(api.getState() as object | null | undefined) };
}

/** What the user was writing before the view was hidden. */
export function savedDraft(api: VsCodeApi): Draft {
  const { kind, text } = savedState(api);
  return { kind: kind === 'db' || kind === 'chat' ? kind : 'os', text: typeof text === 'string' ? text : '' };
}
