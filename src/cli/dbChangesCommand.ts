import type { DatabaseReview } from '../agent/database';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { listPendingDatabases } from '../runtime/sql/changes/pendingDatabases';
import type { DbChangesArguments } from './dbChangesArguments';
import { changesText, pendingChanges, reportText, shortId } from './dbChangesWords';
import { exitCodes } from './exitCodes';

/** Rows of each table that are shown. */
const rowLimit = 100;

/**
 * Lists, shows, applies or discards what runs changed in copies of databases.
 * @returns the exit code
 */
export async function dbChangesCommand(
  { storage, action, json }: DbChangesArguments,
  workerPath: string,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const print = (value: unknown, words: string): void => write(json ? `${JSON.stringify(value)}\n` : words);
  try {
    const pending = await listPendingDatabases(storage, workerPath);
    if (action.name === 'list') {
      print(
        pending.map(({ id, source, canApply, startedAt, problem }) => ({ id, source, canApply, startedAt, problem })),
        pending.length === 0 ? 'No changes wait for a decision.\n' : pending.map(listed).join(''),
      );
      return exitCodes.success;
    }
    const review = chosen(pending, action.id);
    switch (action.name) {
      case 'show': {
        const changes = await review.changes(rowLimit, signal);
        print({ ...pendingChanges(review, changes), ...changes }, changesText(changes) || 'Nothing was changed.\n');
        return exitCodes.success;
      }
      case 'discard':
        await review.discard();
        print({ id: review.id, discarded: true }, `Discarded the changes to ${visible(review.source)}.\n`);
        return exitCodes.success;
      case 'apply': {
        const report = await review.apply(action.conflicts, signal);
        print({ id: review.id, source: review.source, ...report }, reportText(review.source, report));
        return report.applied ? exitCodes.success : exitCodes.failure;
      }
    }
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    if (!UserError.is(error)) throw error;
    const { code, message } = error;
    if (json) write(`${JSON.stringify({ type: 'failure', code, message })}\n`);
    else process.stderr.write(`${visible(message)}\n`);
    return code === unknownId ? exitCodes.usage : exitCodes.failure;
  }
}

function listed({ id, source, startedAt, problem }: DatabaseReview): string {
  return `${shortId(id)}  ${startedAt.slice(0, 16).replace('T', ' ')}  ${visible(source)}  ${visible(problem.trim())}\n`;
}

const unknownId = 'database.unknownId';

function chosen(pending: readonly DatabaseReview[], id: string): DatabaseReview {
  const [review, another] = pending.filter((each) => each.id.startsWith(id));
  if (review && !another) return review;
  const template = review
    ? 'Several IDs begin with {0}. Type more of it.'
    : 'No changes with the ID {0} wait for a decision. agentlm db-changes lists those that do.';
  throw new UserError(unknownId, template, [id]);
}
