import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openPending } from '../src/runtime/shell/changes/pending';
import { openShell } from '../src/runtime/shell/openShell';
import { openSandbox, type SandboxOptions } from '../src/runtime/shell/sandbox/openSandbox';
import { bytesOnDisk } from '../src/runtime/shell/sandbox/writeLimit';
import { probeSandbox } from '../src/runtime/shell/sandbox/probe';
import { buildImage, engine, image, removeImage } from '../test/runtime/shell/sandbox/image';

const starts = 10;
const rounds = 100;
const { signal } = new AbortController();

/** Milliseconds. */
export interface SandboxCost {
  readonly where: string;
  readonly startMs: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/**
 * What each way to run a command costs: the start of its shell up to the first command, and the round trip of a quick one.
 * `bash -c` is a new process each time.
 */
export async function sandboxCosts(): Promise<SandboxCost[]> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'agentlm-bench-')));
  const storage = path.join(folder, 'storage');
  const common = { network: false, writeLimitBytes: 1e9, storage };
  try {
    const costs = [await plain(), await inSandbox(folder, { kind: 'off' })];
    if ((await probeSandbox(storage)) === undefined) {
      costs.push(await inSandbox(folder, { kind: 'workspace', ...common }));
    }
    if (buildImage()) {
      costs.push(await inSandbox(folder, { kind: 'container', ...common, image, engine }));
      removeImage();
    }
    return costs;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function plain(): Promise<SandboxCost> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++) {
    taken.push(await timed(async () => execFileSync('bash', ['-c', `echo ${round}`])));
  }
  return { where: 'bash -c', startMs: 0, ...distribution(taken) };
}

async function inSandbox(folder: string, options: SandboxOptions): Promise<SandboxCost> {
  const workspace = path.join(folder, 'workspace');
  mkdirSync(workspace, { recursive: true });
  const begun: number[] = [];
  const taken: number[] = [];
  for (let start = 0; start < starts; start++) {
    const began = performance.now();
    const sandbox = await openSandbox(
      { id: `os_${process.pid}_${options.kind}_${start}`, workspace, problem: '' },
      options,
      signal,
    );
    const shell = await openShell({ cwd: workspace, sandbox });
    begun.push(performance.now() - began);
    for (let round = 0; round < rounds / starts; round++) {
      await delay(10);
      taken.push(await timed(async () => shell.execute(`echo ${round}`, signal)));
    }
    await shell.close();
  }
  return { where: options.kind, startMs: distribution(begun).medianMs, ...distribution(taken) };
}

const touchedFiles = 5_000;

/** The review of a run that has changed half of so many files and added the other half. Milliseconds. */
export async function reviewCost(): Promise<{ listMs: number; applyMs: number } | undefined> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'agentlm-bench-')));
  const [storage, workspace] = [path.join(folder, 'storage'), path.join(folder, 'workspace')];
  try {
    if ((await probeSandbox(storage)) !== undefined) return undefined;
    for (let file = 0; file < touchedFiles / 2; file++) {
      const of = path.join(workspace, `d${file % 50}`);
      mkdirSync(of, { recursive: true });
      writeFileSync(path.join(of, `f${file}`), 'before\n');
    }
    const options = { kind: 'workspace', network: false, writeLimitBytes: 1e9, storage } as const;
    const sandbox = await openSandbox({ id: 'os_review', workspace, problem: '' }, options, signal);
    const shell = await openShell({ cwd: workspace, sandbox });
    await shell.execute(
      `for f in */*; do echo after >>$f; done; for ((i = 0; i < ${touchedFiles / 2}; i++)); do echo new >n$i; done`,
      signal,
    );
    await shell.close();
    const pending = await openPending(storage, 'os_review');
    const listMs = await timed(async () => {
      if ((await pending.list()).length !== touchedFiles) throw new Error('Not all changes are listed.');
    });
    return { listMs, applyMs: await timed(async () => pending.apply('all')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const limitBytes = 256e6;

/** What a run does that only writes, and as much as it can. */
const floods = {
  bytes: 'for ((i = 0; i < 400; i++)); do head -c 16000000 /dev/zero >f$i; done',
  files: 'seq 1000000 | xargs touch',
} as const;

/** Megabytes that a run has on the disk when it is stopped, beyond the 256 that it may write; an empty file counts as 4 KB. */
export async function overshoot(): Promise<Readonly<Record<keyof typeof floods, number>> | undefined> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'agentlm-bench-')));
  const [storage, workspace] = [path.join(folder, 'storage'), path.join(folder, 'workspace')];
  const past = async (kind: keyof typeof floods): Promise<number> => {
    const options = { kind: 'workspace', network: false, writeLimitBytes: limitBytes, storage } as const;
    const sandbox = await openSandbox({ id: `os_${kind}`, workspace, problem: '' }, options, signal);
    const shell = await openShell({ cwd: workspace, sandbox });
    const { note = '' } = await shell.execute(floods[kind], signal);
    await shell.close();
    if (!note.includes('has written more')) throw new Error(`The run was not stopped: ${note}`);
    return ((await bytesOnDisk(path.join(storage, `os_${kind}`, 'upper'))) - limitBytes) / 1e6;
  };
  try {
    if ((await probeSandbox(storage)) !== undefined) return undefined;
    mkdirSync(workspace);
    return { bytes: await past('bytes'), files: await past('files') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

function distribution(milliseconds: number[]): { medianMs: number; p99Ms: number } {
  const sorted = milliseconds.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { medianMs: at(0.5), p99Ms: at(0.99) };
}
