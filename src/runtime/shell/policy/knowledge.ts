import type { Folders } from './paths';
import type { Value } from './value';

/**
 * What is known of the shell of a run before its next command. Commands share one shell: an alias, a function or a PATH
 * that one of them sets, and a folder it goes to, are there for the next.
 */
export interface Knowledge {
  /** False once a command ran of which nobody can say what it made of the shell. Then every command asks. */
  readonly clear: boolean;
  /** Names of commands that mean something of their own in this shell. */
  readonly changed: ReadonlySet<string>;
  /** The first is the one that the shell started in. */
  readonly folders: Folders;
  /** All that a variable can hold, for those that were set. */
  readonly variables: ReadonlyMap<string, Value>;
}

/** A shell that was just started. */
export function freshShell(folder: string | undefined): Knowledge {
  return {
    clear: true,
    changed: new Set(),
    folders: folder === undefined ? undefined : [folder],
    variables: new Map(),
  };
}
