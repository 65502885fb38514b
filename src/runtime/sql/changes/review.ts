import { access } from 'node:fs/promises';
import path from 'node:path';
import type { ApplyReport, DatabaseReview, SchemaChange } from '../../../agent/database';
import { UserError } from '../../../agent/errors';
import type { Answer, Request } from '../messages';
import { isChanged, isRunning, readManifest, removeFolder, type KeptFolder, type Manifest } from '../scratchFolder';
import { serverDefinition } from '../servers/serverDefinition';
import type { PasswordOf } from '../servers/login';
import { startWorker, WorkerGone } from '../workerProcess';

/**
 * The changes of a run, as its folder tells them; every look and every act is a process of its own, which is killed on
 * abort.
 * @param passwordOf asked when the changes are to be made on a server
 */
export function openReview(
  folder: KeptFolder,
  manifest: Manifest,
  workerPath: string,
  passwordOf: PasswordOf = async () => undefined,
): DatabaseReview {
  const { id, source, kind, startedAt, problem } = manifest;
  const { root, base, scratch } = folder;
  const copies = { base, scratch };

  async function ask<R extends Request>(
    request: R,
    reachable: readonly string[],
    signal: AbortSignal,
  ): Promise<Answer<R>> {
    signal.throwIfAborted();
    const worker = startWorker({ workerPath, directory: root, writes: reachable });
    const stop = (): void => void worker.kill();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await worker.ask(request);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof WorkerGone ? processEnded(source, error) : error;
    } finally {
      signal.removeEventListener('abort', stop);
      await worker.kill();
    }
  }

  async function requireThere(): Promise<void> {
    if (
      await access(scratch).then(
        () => true,
        () => false,
      )
    )
      return;
    const template = 'The changes to {0} are no longer there: they were applied or discarded. Run the task again.';
    throw new UserError('database.reviewGone', template, [source]);
  }

  async function requireOver(): Promise<void> {
    if (!isRunning(await readManifest(root))) return;
    const template = 'The run that changes {0} is not over. Wait for its end or stop it, and try again.';
    throw new UserError('database.running', template, [source]);
  }

  async function apply(conflicts: 'refuse' | 'skip', signal: AbortSignal): Promise<ApplyReport> {
    await requireThere();
    await requireOver();
    if (kind === 'files') throw dataFiles(source);
    if (kind === 'server') return applyOnServer(conflicts, signal);
    const backup = backupOf(manifest);
    const request = { type: 'apply', copies, source, backup, conflicts } as const;
    const { report } = await ask(request, [path.dirname(source)], signal);
    if (report.applied) await removeFolder(folder);
    return report;
  }

  /** What was made is known at the end of the run. */
  async function latest(): Promise<Manifest> {
    return (await readManifest(root)) ?? manifest;
  }

  async function applyOnServer(conflicts: 'refuse' | 'skip', signal: AbortSignal): Promise<ApplyReport> {
    const order = path.join(root, 'order');
    const { changes } = await ask({ type: 'changes', copies, rowLimit: 0 }, [], signal);
    const { tables } = await ask({ type: 'touched', copies, folder: order }, [], signal);
    const { applyToServer } = await import('../servers/applyToServer');
    const report = await applyToServer(
      {
        manifest: await latest(),
        schema: changes.schema.map(asOnServer),
        tables,
        conflicts,
        passwordOf,
        undoFile: undoFileOf(root, manifest),
      },
      signal,
    );
    if (report.applied) await removeFolder(folder);
    return report;
  }

  return {
    id,
    source,
    canApply: kind !== 'files',
    startedAt,
    problem,
    isPending: () => isChanged(folder),
    async changes(rowLimit, signal) {
      await requireThere();
      const { changes } = await ask({ type: 'changes', copies, rowLimit }, [], signal);
      return kind === 'server' ? { ...changes, schema: changes.schema.map(asOnServer) } : changes;
    },
    apply,
    async discard() {
      await requireOver();
      await removeFolder(folder);
    },
  };
}

/** The statements of the copies are SQLite's, and hold those of the server. */
function asOnServer({ before, after, ...change }: SchemaChange): SchemaChange {
  return { ...change, before: before && serverDefinition(before), after: after && serverDefinition(after) };
}

/** Beside the folders of the runs: a server has no place for it. */
function undoFileOf(root: string, { startedAt, id }: Manifest): string {
  return path.join(path.dirname(root), 'undo', `undo-${startedAt.slice(0, 10)}-${shortId(id)}.sql`);
}

/** Beside the original: `shop.backup-2026-11-22-1a2b3c4d.db`, with the first characters of the id behind its prefix. */
function backupOf({ source, startedAt, id }: Manifest): string {
  const { dir, name, ext } = path.parse(source);
  return path.join(dir, `${name}.backup-${startedAt.slice(0, 10)}-${shortId(id)}${ext}`);
}

function shortId(id: string): string {
  return id.replace(/^[a-z]+_/, '').slice(0, 8);
}

function dataFiles(source: string): UserError {
  const template =
    'The changes cannot be written back to {0}: only SQLite databases can be applied to. ' +
    'Export the rows you need as CSV, or discard the changes.';
  return new UserError('database.cannotApply', template, [source]);
}

function processEnded(source: string, cause: WorkerGone): UserError {
  const template =
    'The process that worked on {0} ended ({1}). Either all of its changes were made or none. Try again: ' +
    'what was made already is not made twice.';
  const reason = cause.wanted === undefined ? cause.message : `there is not enough ${cause.wanted} space`;
  return new UserError('database.processEnded', template, [source, reason], { cause });
}
