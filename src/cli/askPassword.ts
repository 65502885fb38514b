import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';

/**
 * Does something that may want a password: where the server refuses to go on without one, and somebody is there, they are
 * asked for it, and it is done again.
 * @param place the server, as they know it
 */
export async function withPassword<T>(
  place: string,
  password: string | undefined,
  signal: AbortSignal,
  work: (password: string | undefined) => Promise<T>,
): Promise<T> {
  try {
    return await work(password);
  } catch (error) {
    const isWanted = UserError.is(error) && error.code === 'database.refusedLogin' && password === undefined;
    if (!isWanted || !process.stdin.isTTY) throw error;
    return work(await askPassword(`Password for ${visible(place)}: `, signal));
  }
}

/** What is typed is not shown. */
async function askPassword(question: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(question);
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  // readline takes Ctrl-C for itself while it waits; the run has to hear it.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await terminal.question('', { signal });
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
