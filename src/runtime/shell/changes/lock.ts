import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../agent/errors';
import { originalsOf } from './originals';
import { isAlive, ownIdentity, type ProcessIdentity } from '../../processIdentity';
import { isHeld, type RunFolder } from './runFolder';
import { settle } from './transfer';

/** What is known of somebody who applies or discards, or whom a crash has cut off. */
interface Lock {
  readonly host: ProcessIdentity;
  /** See `Transfer`. */
  readonly token: string;
}

const lockFile = (run: RunFolder) => path.join(run.path, 'applying.json');

/**
 * One at a time, and not while the run goes on.
 * @throws {UserError} `changes.running`, `changes.busy`
 */
export async function withLock<T>(run: RunFolder, work: (token: string) => Promise<T>): Promise<T> {
  if (isHeld(run.manifest)) {
    throw new UserError('changes.running', 'The run still goes on. Stop it, or wait for its end, and try again.');
  }
  await recover(run);
  const lock: Lock = { host: ownIdentity(), token: randomBytes(8).toString('hex') };
  await take(run, lock);
  try {
    return await work(lock.token);
  } finally {
    await release(run, lock);
  }
}

/** Settles what a crash has cut off. */
export async function recover(run: RunFolder): Promise<void> {
  const lock = await readLock(lockFile(run));
  if (lock === undefined || isAlive(lock.host)) return;
  await settle(run, numberedPaths(await originalsOf(run, { persist: true })), lock.token);
  await release(run, lock);
}

/** All that a run has touched, in an order that stays the same: a crash leaves nothing but numbers. */
export function numberedPaths(originals: ReadonlyMap<string, unknown>): string[] {
  return [...originals.keys()].sort();
}

/** Nobody finds a lock without its content: it gets its name when it is whole. */
async function take(run: RunFolder, lock: Lock): Promise<void> {
  const made = `${lockFile(run)}.${lock.token}`;
  try {
    await writeFile(made, JSON.stringify(lock), { flag: 'wx', mode: 0o600, flush: true });
    await link(made, lockFile(run));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? busy() : error;
  } finally {
    await rm(made, { force: true });
  }
}

/** The lock may be somebody else's by now, who has found it settled. */
async function release(run: RunFolder, { token }: Lock): Promise<void> {
  if ((await readLock(lockFile(run)))?.token === token) await rm(lockFile(run), { force: true });
}

async function readLock(file: string): Promise<Lock | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Lock;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function busy(): UserError {
  return new UserError(
    'changes.busy',
    'These changes are being applied by another window or command. Wait for its end, and try again.',
  );
}
