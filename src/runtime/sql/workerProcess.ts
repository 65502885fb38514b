import { fork } from 'node:child_process';
import { UserError } from '../../agent/errors';
import type { Answer, Reply, Request } from './messages';

/** The worker's end: it was killed, or died. The message holds the last it wrote to stderr. */
export class WorkerGone extends Error {
  override readonly name = 'WorkerGone';
}

/** A running worker. One request at a time. */
export interface WorkerProcess {
  /**
   * @throws {UserError} what the worker refused
   * @throws {WorkerGone} when it ended before it answered, as it does at once after kill()
   */
  ask<R extends Request>(request: R): Promise<Answer<R>>;
  /** Ends it whatever it is doing; resolves when it is gone. Safe to call at any time, any number of times. */
  kill(): Promise<void>;
}

/**
 * @param workerPath the bundle of worker.ts
 * @param directory of the scratch copy; SQLite's own temporary files go there too
 */
export function startWorker(workerPath: string, directory: string): WorkerProcess {
  const child = fork(workerPath, [directory], {
    // Neither the flags nor the options of this process: a debugger's would make the worker wait for one.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1', SQLITE_TMPDIR: directory, TMP: directory },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-4000)));

  let settle: ((reply: Reply | WorkerGone) => void) | undefined;
  const gone = new Promise<void>((resolve) => {
    const end = (words: string) => {
      settle?.(new WorkerGone(words));
      resolve();
    };
    child.on('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(`The database process ended (${signal ?? code}). ${lastWords}`.trim()));
  });
  // Only the worker's own replies come this way.
  child.on('message', (message) => settle?.(message as Reply));

  return {
    async ask<R extends Request>(request: R): Promise<Answer<R>> {
      if (settle) throw new Error('The database process answers one request at a time.');
      const reply = await new Promise<Reply | WorkerGone>((resolve) => {
        settle = (outcome) => {
          settle = undefined;
          resolve(outcome);
        };
        child.send(request, (error) => {
          if (error) settle?.(new WorkerGone(error.message, { cause: error }));
        });
      });
      if (reply instanceof WorkerGone) throw reply;
      if (reply.type === 'refused') throw refusal(reply);
      if (reply.type === 'failed') throw new Error(`The database process failed: ${reply.stack}`);
      // Each type of request has its one type of answer.
      return reply as Answer<R>;
    },
    kill() {
      child.kill('SIGKILL');
      return gone;
    },
  };
}

function refusal({ code, template, values, cause }: Extract<Reply, { readonly type: 'refused' }>): UserError {
  return new UserError(code, template, values, cause === '' ? {} : { cause: new Error(cause) });
}
