import type { Endpoint } from './address';
import { notAnApi, tooLarge } from './errors';
import { mediaType, readJson } from './http';

/** A token takes 300 to 500 bytes as an event, a window of 4096 tokens some two megabytes. */
const streamLimit = 16 * 1024 * 1024;
const lineLimit = 1024 * 1024;

/**
 * The same response, with a body that ends in an error when it grows beyond what a reply can be. The `openai` package has no
 * such limit, and takes what is no stream at all for an empty reply: both are caught here.
 * @throws {UserError}
 */
export async function eventStream(endpoint: Endpoint, response: Response): Promise<Response> {
  if (mediaType(response) === 'application/json') {
    await readJson(endpoint, response);
    throw notAnApi(endpoint, 'a whole document instead of a stream');
  }
  if (!response.body) throw notAnApi(endpoint, 'an empty page');
  let total = 0;
  let line = 0;
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      const lastBreak = bytes.lastIndexOf(0x0a);
      line = lastBreak === -1 ? line + bytes.length : bytes.length - lastBreak - 1;
      total += bytes.length;
      if (total > streamLimit || line > lineLimit) throw tooLarge(endpoint);
      controller.enqueue(bytes);
    },
  });
  return new Response(response.body.pipeThrough(bounded), response);
}
