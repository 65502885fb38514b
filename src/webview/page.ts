import type { Api } from '../protocol/channel';
import type { HostApi } from '../protocol/messages';
import type { PageStringKey } from '../protocol/pageStrings';

/** A text in the user's language, with its values in place. */
export type Say<Key extends string = PageStringKey> = (key: Key, ...values: readonly (string | number)[]) => string;

/** Asks the extension for something. A failure is shown on the page, so there is nothing to wait for. */
export type Request<Host extends Api<Host> = HostApi> = <K extends keyof Host & string>(
  name: K,
  argument: Parameters<Host[K]>[0],
  onFailure?: () => void,
) => void;

/** What every part of the page is given. */
export interface Page {
  readonly say: Say;
  readonly request: Request;
  /** What `performance.now()` showed when the run was asked for. */
  readonly runStart: number;
}

export function sayFrom<Key extends string>(strings: Readonly<Record<Key, string>>): Say<Key> {
  return (key, ...values) =>
    strings[key].replace(/\{(\d+)\}/g, (placeholder, index: string) => String(values[Number(index)] ?? placeholder));
}
