import type { IncomingHttpHeaders } from 'node:http';

/**
 * Any HTTP answer at all: an error, a web page, a recorded stream. A string is sent as it is, an async iterable of strings
 * piece by piece as they come, anything else as JSON.
 */
export interface PlainReply {
  readonly status: number;
  readonly body?: unknown;
  /** `content-type` is `application/json` unless told. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; null where there was none. */
  readonly body: Readonly<Record<string, unknown>> | null;
  /** The `prompt` of the body, or its `inputs` (TGI), or the content of its messages, a line each (chat). */
  readonly prompt: string;
  /** Settles with the connection's end: true when it went away before the whole answer was sent. */
  readonly closedEarly: Promise<boolean>;
}
