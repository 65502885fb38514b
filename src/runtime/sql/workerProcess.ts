import { fork } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import { lastWords } from './guard';
import type { Answer, Progress, Reply, Request } from './messages';

/** The worker's end: it was killed, or died. The message holds the last it wrote to stderr. */
export class WorkerGone extends Error {
  override readonly name = 'WorkerGone';

  /** What it ended itself for, where it did. */
  get wanted(): 'memory' | 'disk' | undefined {
    if (this.message.includes(lastWords.memory)) return 'memory';
    return this.message.includes(lastWords.disk) ? 'disk' : undefined;
  }
}

/** What a worker is given. */
export interface Workplace {
  /** The bundle of worker.ts. */
  readonly workerPath: string;
  /** Where it works; SQLite's own temporary files go there too. */
  readonly directory: string;
  /** A folder around `directory`, removed when the process that started this one is gone. */
  readonly orphan?: string | undefined;
  /** What else it may read, and write, where Node can hold it to that. */
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
}

/** A running worker. One request at a time. */
export interface WorkerProcess {
  /**
   * @throws {UserError} what the worker refused
   * @throws {WorkerGone} when it ended before it answered, as it does at once after kill()
   */
  ask<R extends Request>(request: R, onProgress?: (share: number) => void): Promise<Answer<R>>;
  /** Ends it whatever it is doing; resolves when it is gone. Safe to call at any time, any number of times. */
  kill(): Promise<void>;
}

/** @throws {UserError} `database.noWorker` */
export function startWorker(workplace: Workplace): WorkerProcess {
  const { directory, orphan } = workplace;
  const workerPath = realProgram(workplace.workerPath);
  const child = fork(workerPath, [directory, ...(orphan === undefined ? [] : [orphan])], {
    // Neither the flags nor the options of this process: a debugger's would make the worker wait for one.
    execArgv: flags({ ...workplace, workerPath }),
    env: { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1', SQLITE_TMPDIR: directory, TMP: directory },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));

  let hear: ((share: number) => void) | undefined;
  let settle: ((reply: Reply | WorkerGone) => void) | undefined;
  const gone = new Promise<void>((resolve) => {
    const end = (words: string) => {
      settle?.(new WorkerGone(words));
      resolve();
    };
    child.on('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(`The database process ended (${signal ?? code}). ${said}`.trim()));
  });
  // Only the worker's own replies come this way.
  child.on('message', (message) => {
    const told = message as Reply | Progress;
    if (told.type === 'progress') hear?.(told.share);
    else settle?.(told);
  });

  return {
    async ask<R extends Request>(request: R, onProgress?: (share: number) => void): Promise<Answer<R>> {
      if (settle) throw new Error('The database process answers one request at a time.');
      hear = onProgress;
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

/** Node asks leave for the real path of its program, and an extension may be installed as a link. */
function realProgram(workerPath: string): string {
  try {
    return realpathSync(workerPath);
  } catch (cause) {
    const template = 'AgentLM is not installed completely: {0} cannot be read. Install AgentLM again.';
    throw new UserError('database.noWorker', template, [workerPath], { cause });
  }
}

/**
 * The limit of V8's own heap, and Node's permission model: no program is started, no addon loaded, and JavaScript reaches
 * no file but those named. SQLite's own files are not its business (measured, Node 24): those are openScratch's. Electron
 * is left without it, untried.
 */
function flags({ workerPath, directory, orphan, reads = [], writes = [] }: Workplace): string[] {
  const heap = '--max-old-space-size=512';
  const isKnown = process.allowedNodeEnvironmentFlags.has('--permission');
  if (!isKnown || process.versions['electron'] !== undefined) return [heap];
  const own = orphan ?? directory;
  return [
    heap,
    '--permission',
    '--allow-worker',
    '--disable-warning=SecurityWarning',
    ...outermost([workerPath, own, ...reads, ...writes]).map((file) => `--allow-fs-read=${file}`),
    ...outermost([own, ...writes]).map((file) => `--allow-fs-write=${file}`),
  ];
}

/** Without those that lie in another one of them: Node would lose that other one (24.21). */
function outermost(places: readonly string[]): string[] {
  return places.filter((place) => !places.some((other) => place.startsWith(other + path.sep)));
}

function refusal({ code, template, values, cause }: Extract<Reply, { readonly type: 'refused' }>): UserError {
  return new UserError(code, template, values, cause === '' ? {} : { cause: new Error(cause) });
}
