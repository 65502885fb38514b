import type { Activity } from '../../agent/environment';

/** What the shell does, for any number of listeners. */
export interface Activities {
  tell(activity: Activity): void;
  /** Calls the listener with what is, then with every change. Returns the way to stop listening. */
  listen(listener: (activity: Activity) => void): () => void;
}

export function createActivities(): Activities {
  const listeners = new Set<(activity: Activity) => void>();
  let current: Activity = { state: 'idle' };

  return {
    tell(activity) {
      current = activity;
      for (const listener of listeners) listener(activity);
    },
    listen(listener) {
      listener(current);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
