import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Context } from 'mocha';
import { build } from 'esbuild';
import type { Asked } from './holder';
import type { Execution } from '../../../../src/agent/environment';
import { probeSandbox } from '../../../../src/runtime/shell/sandbox/probe';
import type { SandboxOptions } from '../../../../src/runtime/shell/sandbox/openSandbox';

/** Whose process holds the run. */
export type Identity = 'root' | 'an ordinary user';

/** Those that this process can take on. */
export const identities: readonly Identity[] =
  process.getuid?.() === 0 ? ['root', 'an ordinary user'] : ['an ordinary user'];

const nobody = 65534;

/** A folder that an identity owns, with a home and a workspace in it. */
export interface Place {
  readonly folder: string;
  readonly home: string;
  readonly workspace: string;
  readonly storage: string;
  /** For temporary files, in /tmp. */
  readonly temporary: string;
  /** Makes a file, owned by the identity. */
  readonly write: (file: string, text: string) => void;
  readonly remove: () => void;
}

/** Not in /tmp, where a sandbox shows nothing of the host at all. */
const outside = process.getuid?.() === 0 ? '/var/lib' : realpathSync(process.env['HOME'] ?? '/tmp');

/** The Node of this process, for commands in a sandbox. */
export const sandboxNode = visibleProgram(process.execPath);

/** The program itself, or a copy where it lies in /tmp, as that of a clone there does; the copy goes with this process. */
function visibleProgram(program: string): string {
  if (!realpathSync(program).startsWith(`${realpathSync(tmpdir())}/`)) return program;
  const folder = mkdtempSync(path.join(outside, 'agentlm-test-program-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const copy = path.join(folder, path.basename(program));
  copyFileSync(program, copy);
  return copy;
}

export function makePlace(identity: Identity): Place {
  const isRoot = process.getuid?.() === 0;
  const folder = mkdtempSync(path.join(outside, 'agentlm-test-'));
  const own = (file: string): void => {
    if (isRoot && identity !== 'root') chownSync(file, nobody, nobody);
  };
  const [home, workspace, storage] = ['home', 'workspace', 'storage'].map((name) => path.join(folder, name));
  assert.ok(home !== undefined && workspace !== undefined && storage !== undefined);
  const temporary = mkdtempSync('/tmp/agentlm-test-');
  for (const made of [home, workspace, storage]) mkdirSync(made, { mode: 0o755 });
  chmodSync(folder, 0o755);
  for (const made of [folder, home, workspace, storage, temporary]) own(made);
  return {
    folder,
    home,
    workspace,
    storage,
    temporary,
    write(file, text) {
      let way = folder;
      for (const name of path.relative(folder, path.dirname(file)).split(path.sep)) {
        way = path.join(way, name);
        mkdirSync(way, { recursive: true });
        own(way);
      }
      writeFileSync(file, text);
      own(file);
    },
    remove() {
      // A run may have locked its owner out of its layers.
      for (const made of [folder, temporary]) {
        spawnSync('chmod', ['-R', 'u+rwX', made]);
        rmSync(made, { recursive: true, force: true });
      }
    },
  };
}

/** A run that another process holds. */
export interface HeldRun {
  readonly pid: number;
  readonly run: (command: string) => Promise<Execution>;
  /** Sends a command to the background once it has printed something that matches. */
  readonly toBackground: (command: string, printed: RegExp) => Promise<Execution>;
  readonly close: () => Promise<void>;
  readonly process: ChildProcess;
}

/** Skips the test where the sandbox does not work, or where this machine has no such user. */
export async function requireSandbox(test: Context, identity: Identity): Promise<void> {
  const place = makePlace(identity);
  try {
    const reason = await probeSandbox(place.storage);
    if (reason !== undefined) {
      console.log(`      ${reason.message}`);
      test.skip();
    }
    await holderProgram();
    const [program, ...rest] = [...as(identity), process.execPath, '-e', 'require("node-pty")'];
    const { status } = spawnSync(program, rest, { env: variables(place) });
    if (status !== 0) test.skip();
  } finally {
    place.remove();
  }
}

type Kind<K> = Partial<Extract<SandboxOptions, { readonly kind: K }>>;
type HolderOptions = (Kind<'workspace'> | Kind<'container'>) & {
  readonly id?: string;
  readonly workspace?: string;
  readonly variables?: Readonly<Record<string, string>>;
};

/** Starts the process that holds a run, and waits for nothing. */
export async function startHolder(
  identity: Identity,
  place: Place,
  { id = 'os_test', workspace = place.workspace, variables: more = {}, ...options }: HolderOptions = {},
): Promise<ChildProcessByStdio<Writable, Readable, null>> {
  const holding = {
    id,
    workspace,
    options: { kind: 'workspace', network: false, writeLimitBytes: 200e6, storage: place.storage, ...options },
  };
  const [program, ...before] = [...as(identity), process.execPath];
  const child = spawn(program, [...before, await holderProgram(), JSON.stringify(holding)], {
    env: { ...variables(place), ...more },
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  return child;
}

export async function holdRun(identity: Identity, place: Place, options: HolderOptions = {}): Promise<HeldRun> {
  // What was just made would be in doubt.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const child = await startHolder(identity, place, options);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error('The process that holds the run is gone.');
    return JSON.parse(value);
  };
  const ask = async (asked: Asked): Promise<Execution> => {
    child.stdin.write(`${JSON.stringify(asked)}\n`);
    const answer = await next();
    assert.ok(typeof answer === 'object' && answer !== null && 'exitCode' in answer, JSON.stringify(answer));
    return answer as Execution;
  };
  assert.deepEqual(await next(), { isReady: true });
  return {
    pid: child.pid ?? 0,
    process: child,
    run: async (command) => ask({ command }),
    toBackground: async (command, printed) => ask({ command, background: printed.source }),
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}

/** What starts a program as somebody. */
export function as(identity: Identity): string[] {
  if (identity === 'root' || process.getuid?.() !== 0) return [];
  return ['setpriv', '--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups'];
}

function variables({ home, folder, temporary }: Place): NodeJS.ProcessEnv {
  const nodePath = path.resolve('node_modules');
  return {
    PATH: process.env['PATH'],
    HOME: home,
    TMPDIR: temporary,
    NODE_PATH: nodePath,
    LANG: 'C.UTF-8',
    TEST_FOLDER: folder,
  };
}

let holder: Promise<string> | undefined;

/** Of all tests of the file that imports this. */
after(async () => {
  if (holder !== undefined) rmSync(path.dirname(await holder), { recursive: true, force: true });
});

async function holderProgram(): Promise<string> {
  return (holder ??= makeHolder());
}

async function makeHolder(): Promise<string> {
  const folder = mkdtempSync('/tmp/agentlm-test-holder-');
  chmodSync(folder, 0o755);
  const program = path.join(folder, 'holder.cjs');
  await bundle('test/runtime/shell/sandbox/holder.ts', program);
  return program;
}

/** Makes a program of its own of a file. */
export async function bundle(source: string, program: string): Promise<void> {
  await build({
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    packages: 'external',
    // What is required is found by NODE_PATH, wherever the program lies; what is imported is not.
    supported: { 'dynamic-import': false },
    loader: { '.sh': 'text' },
    outfile: program,
    logLevel: 'silent',
  });
}
