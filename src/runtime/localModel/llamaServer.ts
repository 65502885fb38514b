import path from 'node:path';
import { readGgufHeader } from './ggufHeader';
import { ask, freePort } from './loopback';
import { modelWindow, type LocalModel, type LocalModelProgress, type ProgressListener } from './localModel';
import { ended, startServer } from './startServer';

export interface LlamaServerRequest {
  readonly program: 'llama-server';
  /** Of the program, absolute: findProgram(). */
  readonly path: string;
  /** The model, a GGUF file. */
  readonly file: string;
  /** Tokens; 4096 unless told, and never more than the model was trained for. */
  readonly contextPerSlot?: number | undefined;
  /** How many runs it serves at a time, each with a window of its own; 1 unless told. */
  readonly slots?: number | undefined;
  /** The user's own, e.g. `['-ngl', '99']`. They cannot change what is set here: file, address, window, slots. */
  readonly arguments?: readonly string[] | undefined;
  /** Milliseconds that it is given to end; 5 s unless told. */
  readonly graceMs?: number | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** Starts llama-server with one file on a free loopback port. */
export async function startLlamaServer(request: LlamaServerRequest, signal: AbortSignal): Promise<LocalModel> {
  const header = await readGgufHeader(request.file);
  const slots = request.slots ?? 1;
  const contextLength = Math.min(request.contextPerSlot ?? modelWindow, header.contextLength ?? modelWindow);
  const model = path.basename(request.file, path.extname(request.file));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;

  const flags = {
    '--model': path.resolve(request.file),
    '--alias': model,
    '--host': '127.0.0.1',
    '--port': `${port}`,
    // The window is divided among the slots. Left to its defaults, slots share it, and two long requests end each other.
    '-c': `${slots * contextLength}`,
    '-np': `${slots}`,
  };
  const progress = reporter(request.onProgress);
  progress('starting');
  const group = await startServer(
    {
      // The user's arguments first: ours stand last and win.
      argv: [request.path, ...(request.arguments ?? []), ...Object.entries(flags).flat(), '--metrics'],
      // A key meant for other servers would make this one refuse us.
      variables: { ...process.env, LLAMA_API_KEY: undefined },
      graceMs: request.graceMs,
      onOutput: percentages((percent) => progress('loading', percent)),
      async isReady(signal) {
        const health = await ask(`${url}/health`, signal);
        // The port opens before the model is loaded: 503 until then.
        if (health?.status === 503) progress('loading');
        return health?.status === 200;
      },
    },
    signal,
  );

  let stopped = false;
  return {
    url,
    model,
    contextLength,
    adopted: false,
    ended: group.gone.then((how) => (stopped ? undefined : ended(request.path, how, group.lastLines()))),
    async stop() {
      stopped = true;
      await group.stop();
    },
  };
}

/** Passes on what is new, and never goes back. */
function reporter(onProgress: ProgressListener | undefined) {
  let last: LocalModelProgress | undefined;
  return (phase: LocalModelProgress['phase'], said?: number) => {
    const percent = said === undefined ? last?.percent : Math.max(said, last?.percent ?? 0);
    if (last?.phase === phase && last.percent === percent) return;
    last = { phase, percent };
    onProgress?.(last);
  };
}

/**
 * Builds before b9789 (2026) print a line of dots while they load, at most one a percent, so it can fall a little behind;
 * later ones print nothing, and the percentage stays unknown.
 */
function percentages(report: (percent: number) => void): (text: string) => void {
  let line = '';
  return (text) => {
    for (const part of text.split(/(\n)/)) {
      line = part === '\n' ? '' : (line + part).slice(0, 200);
      if (part !== '' && /^\.{1,100}$/.test(line)) report(line.length);
    }
  };
}
