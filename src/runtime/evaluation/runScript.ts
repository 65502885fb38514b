import { spawn } from 'node:child_process';
import { UserError } from '../../agent/errors';
import { builtinCheck } from './builtinChecks';
import type { Machine } from './machine';
import type { Language, Script } from './suite';

export interface ScriptEnd {
  /** What it printed, errors too, as the harness of the paper saw it; cut at 100,000 characters. */
  readonly output: string;
  readonly exitCode: number;
}

/** How a script is run. */
export interface ScriptLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Inside; the root where it is left out. */
  readonly cwd?: string;
}

/** One argument of a program may have 128 KiB. */
const outputLimit = 100_000;
/** How long output of a script that has ended is waited for: what it left in the background may hold the pipe. */
const drainMs = 150;

/**
 * Runs a script inside, in a process of its own. What it leaves in the background stays.
 * @throws {UserError} `evaluation.scriptTimeout`
 */
export async function runScript(
  machine: Pick<Machine, 'enter'>,
  script: Script,
  parameters: readonly string[],
  { timeoutMs, signal, cwd = '/' }: ScriptLimits,
): Promise<ScriptEnd> {
  if ('builtin' in script) return { output: '', exitCode: builtinCheck(script.builtin, parameters) ? 0 : 1 };
  const safe = parameters.map((text) => text.replaceAll('\0', '').slice(0, outputLimit));
  const [program = '', ...rest] = machine.enter(argvOf[script.language](script.code, safe), {
    cwd,
    terminal: false,
  });
  signal.throwIfAborted();
  const child = spawn(program, rest, { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < outputLimit) output = (output + text).slice(0, outputLimit);
    });
  }
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const stop = (): void => void child.kill('SIGKILL');
  until.addEventListener('abort', stop, { once: true });
  let drain: NodeJS.Timeout | undefined;
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
      child.once('exit', (code) => (drain = setTimeout(() => resolve(code ?? 1), drainMs)));
    });
    signal.throwIfAborted();
    if (until.aborted) throw tooSlow(timeoutMs);
    return { output, exitCode };
  } finally {
    clearTimeout(drain);
    until.removeEventListener('abort', stop);
  }
}

function tooSlow(timeoutMs: number): UserError {
  return new UserError('evaluation.scriptTimeout', 'A script of the suite did not end within {0} s.', [
    timeoutMs / 1000,
  ]);
}

const compiled =
  (compiler: string, suffix: string) =>
  (code: string, parameters: readonly string[]): string[] => {
    const build = `f=$(mktemp -d) && printf %s "$0" >"$f/main.${suffix}" && ${compiler} -o "$f/main" "$f/main.${suffix}" && exec "$f/main" "$@"`;
    return ['bash', '-c', build, code, ...parameters];
  };

/** As the paper's harness calls them. */
const argvOf: Readonly<Record<Language, (code: string, parameters: readonly string[]) => string[]>> = {
  bash: (code, parameters) => ['bash', '-c', code, ...(parameters.length > 0 ? ['--', ...parameters] : [])],
  python: (code, parameters) => ['python3', '-c', code, ...parameters],
  c: compiled('gcc', 'c'),
  'c++': compiled('g++', 'cpp'),
};
