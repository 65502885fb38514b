import { parseJson } from '../agent/json';
import type { Port } from './channel';

/** Calls back once, a frame later; returns the way to call it off. */
export type NextFrame = (callback: () => void) => () => void;

/** JSON units in a post: at three bytes each, the most that UTF-8 needs, they stay below 64 KB. */
export const postLimit = 20_000;

/** JSON units of one message: more than anybody has to say. */
const messageLimit = 4_000_000;

/**
 * The same port in measured posts: one a frame at most, each below 64 KB. What is said within a frame travels together,
 * what is longer in pieces. Both ends must be framed. A message is a line of JSON with a line break on either side, so
 * that one whose end never came, because its page is gone, spoils no other. Who stops listening posts nothing more.
 */
export function framedPort(port: Port, nextFrame: NextFrame): Port {
  let waiting = '';
  let resting = false;
  let callOff = (): void => {};

  function flush(): void {
    resting = waiting !== '';
    if (!resting) return;
    const piece = waiting.slice(0, whole(waiting, postLimit));
    waiting = waiting.slice(piece.length);
    port.post(piece);
    callOff = nextFrame(flush);
  }

  return {
    post(message) {
      waiting += `\n${JSON.stringify(message)}\n`;
      if (!resting) flush();
    },
    listen(receive) {
      let arriving = '';
      const stop = port.listen((piece) => {
        const lines = (arriving + (typeof piece === 'string' ? piece : '\nnull\n')).split('\n');
        arriving = lines.pop() ?? '';
        if (arriving.length > messageLimit) arriving = '';
        for (const line of lines) if (line !== '') receive(parseJson(line));
      });
      return () => {
        stop();
        callOff();
      };
    },
  };
}

/** Where to cut, at most at `limit`: between the halves of a character some wires lose both. */
function whole(text: string, limit: number): number {
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1));
  return isHalf ? limit - 1 : limit;
}
