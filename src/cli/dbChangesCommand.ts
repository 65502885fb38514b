import type { DatabaseReview } from '../agent/database';
import { visible } from '../agent/hiddenCharacters';
import { listPendingDatabases } from '../runtime/sql/changes/pendingDatabases';
import { withPassword } from './askPassword';
import type { DbChangesArguments } from './dbChangesArguments';
import { changesText, pendingChanges, reportText } from './dbChangesWords';
import { exitCodes } from './exitCodes';
import { chooseById, complain, shortId, type Say } from './pendingRuns';

/** Rows of each table that are shown. */
const rowLimit = 100;

/**
 * Lists, shows, applies or discards what runs changed in copies of databases.
 * @returns the exit code: 1 when nothing was applied, 2 when there is no such run
 */
export async function dbChangesCommand(
  { storage, action, json }: DbChangesArguments,
  workerPath: string,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const say: Say = (value, words) => write(json ? `${JSON.stringify(value)}\n` : words);
  try {
    let password = action.name === 'apply' ? action.password : undefined;
    const pending = await listPendingDatabases(storage, workerPath, async () => password);
    if (action.name === 'list') {
      const words = pending.length === 0 ? 'No changes wait for a decision.\n' : pending.map(listed).join('');
      say({ runs: pending.map(summarize) }, words);
      return exitCodes.success;
    }
    const review = chooseById(pending, action.id, 'agentlm db-changes');
    const { id, source } = review;
    switch (action.name) {
      case 'show': {
        const changes = await review.changes(rowLimit, signal);
        const shown = { ...summarize(review), ...pendingChanges(review, changes), ...changes };
        say(shown, changesText(changes) || 'Nothing was changed.\n');
        return exitCodes.success;
      }
      case 'discard':
        await review.discard();
        say({ id, discarded: true }, `Discarded the changes to ${visible(source)}.\n`);
        return exitCodes.success;
      case 'apply': {
        const report = await withPassword(review.source, password, signal, async (known) => {
          password = known;
          return review.apply(action.conflicts, signal);
        });
        say({ id, source, ...report }, reportText(source, report));
        return report.applied ? exitCodes.success : exitCodes.failure;
      }
    }
  } catch (error) {
    return complain(error, json ? write : undefined, signal);
  }
}

function summarize({ id, source, canApply, startedAt, problem }: DatabaseReview) {
  return { id, source, canApply, startedAt, problem };
}

function listed({ id, source, startedAt, problem }: DatabaseReview): string {
  return `${shortId(id)}  ${startedAt.slice(0, 16).replace('T', ' ')}  ${visible(source)}  ${visible(problem.trim())}\n`;
}
