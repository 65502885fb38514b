/** Somebody who has the shell, or waits for it: the agent with a command, the user with a line. */
export interface Turn {
  /** Keys of the user, while it is this turn. */
  type(keys: string): void;
  /** Somebody else waits: gives up what can be given up. */
  hurry(): void;
}

/** One shell, one turn at a time, first come first served. */
export interface Turns {
  readonly current: Turn | undefined;
  /** Settles when it is this turn; at once, and before anything else can happen, if the shell is free. */
  begin(turn: Turn): Promise<void>;
  end(): void;
}

export function createTurns(): Turns {
  let current: Turn | undefined;
  const waiting: { turn: Turn; begin: () => void }[] = [];

  return {
    get current() {
      return current;
    },

    async begin(turn) {
      if (current === undefined) {
        current = turn;
        return;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ turn, begin: resolve });
      current.hurry();
      await promise;
    },

    end() {
      const next = waiting.shift();
      current = next?.turn;
      next?.begin();
    },
  };
}
