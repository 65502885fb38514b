/**
 * The part of node-pty 1.1.0 that is used here. The declaration of `@lydell/node-pty` declares a module of that name, not
 * of the alias, and does not know that `encoding: null` makes every chunk a Buffer.
 */
declare module 'node-pty' {
  export interface Terminal {
    readonly pid: number;
    onData(listener: (chunk: Buffer) => void): unknown;
    /** Comes after the last chunk. `signal` is 0 for a process that ended by itself. */
    onExit(listener: (end: { readonly exitCode: number; readonly signal?: number }) => void): unknown;
    write(keys: string): void;
    /** @throws where the process is gone */
    resize(columns: number, rows: number): void;
    /** Closes the terminal and sends SIGHUP. */
    destroy(): void;
  }

  export function spawn(
    file: string,
    args: string[],
    options: {
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      readonly cols: number;
      readonly rows: number;
      readonly encoding: null;
    },
  ): Terminal;
}
