/** Who may ask a server: so many replies at a time, the others wait for their turn, first come first served. */
export interface Admission {
  /**
   * Resolves to the way out, to be called once, as soon as fewer than `limit` replies are under way.
   * @param onWait told how many replies are under way or before this one, when it has to wait
   */
  enter(limit: number, signal: AbortSignal, onWait: (ahead: number) => void): Promise<() => void>;
  /** One at a time from now on, whatever the server says of itself: two were seen not to fit. */
  narrow(): void;
}

interface Waiting {
  readonly limit: number;
  admit(): void;
}

/** Of one server. Whoever runs several tasks hands the same one to all of them. */
export function createAdmission(): Admission {
  const queue: Waiting[] = [];
  let inside = 0;
  let most = Infinity;

  const hasRoom = (limit: number): boolean => inside < Math.min(limit, most);

  function leave(): void {
    inside--;
    for (let next = queue[0]; next !== undefined && hasRoom(next.limit); next = queue[0]) {
      queue.shift();
      inside++;
      next.admit();
    }
  }

  return {
    async enter(limit, signal, onWait) {
      signal.throwIfAborted();
      if (queue.length === 0 && hasRoom(limit)) {
        inside++;
        return leave;
      }
      onWait(inside + queue.length);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const giveUp = (): void => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        limit,
        admit() {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      queue.push(waiting);
      signal.addEventListener('abort', giveUp, { once: true });
      await promise;
      return leave;
    },

    narrow() {
      most = 1;
    },
  };
}
