import { styleText } from 'node:util';
import type { ApplyReport, PendingChanges } from '../agent/changes';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { listPending } from '../runtime/shell/changes/pending';
import type { ChangesArguments } from './changesArguments';
import { changesInWords } from './changesText';
import { exitCodes } from './exitCodes';
import { chooseById, complain, shortId, type Say } from './pendingRuns';

/**
 * Lists, shows, applies or discards what runs in a sandbox have changed.
 * @returns the exit code: 1 when something was refused, 2 when there is no such run
 */
export async function changesCommand(
  { storage, action, json }: ChangesArguments,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const say: Say = (value, words) => write(json ? `${JSON.stringify(value)}\n` : words);
  try {
    const pending = await listPending(storage);
    if (action.name === 'list') {
      const runs = await Promise.all(pending.map(summarize));
      say({ runs }, runs.length === 0 ? 'No changes wait for a decision.\n' : runs.map(runInWords).join(''));
      return exitCodes.success;
    }
    const run = chooseById(pending, action.id, 'agentlm changes');
    const { id, workspace } = run;
    switch (action.name) {
      case 'show': {
        const changes = await run.list();
        say({ ...(await summarize(run)), changes }, changesInWords(changes));
        return exitCodes.success;
      }
      case 'discard':
        await run.discard();
        say({ id, discarded: true }, `Discarded the changes to ${visible(workspace)}.\n`);
        return exitCodes.success;
      case 'apply': {
        const { paths, includeGit, overwrite } = action;
        const report = await run.apply(paths, { includeGit, overwrite }, signal);
        say({ id, workspace, ...report }, reportInWords(report, id));
        if (signal.aborted) return exitCodes.interrupted;
        return report.refused.length === 0 ? exitCodes.success : exitCodes.failure;
      }
    }
  } catch (error) {
    return complain(error, json ? write : undefined, signal);
  }
}

/** One run that cannot be read does not hide the others: `files` is null then, and `unreadable` says why. */
async function summarize(run: PendingChanges) {
  const { id, workspace, problem, startedAt } = run;
  const about = { id, workspace, problem, startedAt: new Date(startedAt).toISOString(), state: await run.state() };
  try {
    return { ...about, files: (await run.list()).length };
  } catch (error) {
    if (!UserError.is(error)) throw error;
    return { ...about, files: null, unreadable: error.message };
  }
}

function runInWords({ id, workspace, problem, state, ...rest }: Awaited<ReturnType<typeof summarize>>): string {
  const interrupted = state === 'ended' ? '' : ` (${state})`;
  const changed = rest.files === null ? visible(rest.unreadable) : `${rest.files} changed in ${visible(workspace)}`;
  return `${styleText('bold', shortId(id))}${interrupted}\n  ${visible(problem)}\n  ${changed}\n`;
}

function reportInWords({ applied, refused, left }: ApplyReport, id: string): string {
  const lines = refused.map(({ path, message }) => `${styleText('red', 'not applied')} ${visible(path)}: ${message}\n`);
  const isConflict = refused.some(({ reason }) => reason === 'conflict');
  const overwrite = isConflict ? 'Apply again with --overwrite to let the version of the run win.\n' : '';
  const rest = left === 0 ? '' : ` ${left} wait: agentlm changes show ${shortId(id)}`;
  return `${lines.join('')}${overwrite}${applied.length} applied.${rest}\n`;
}
