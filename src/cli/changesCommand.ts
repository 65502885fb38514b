import { styleText } from 'node:util';
import type { ApplyReport, PendingChanges } from '../agent/changes';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { listPending, openPending } from '../runtime/shell/changes/pending';
import type { ChangesArguments } from './changesArguments';
import { changesInWords } from './changesText';
import { exitCodes } from './exitCodes';

/**
 * Lists, shows, applies or discards what runs in a sandbox have changed.
 * @returns the exit code: 1 when something was refused, or what was asked for is not there
 */
export async function changesCommand(
  { storage, action, json }: ChangesArguments,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const say = (value: unknown, text: string): void => write(json ? `${JSON.stringify(value)}\n` : text);
  try {
    switch (action.name) {
      case 'list': {
        const runs = await Promise.all((await listPending(storage)).map(summarize));
        say({ runs }, runs.length === 0 ? 'No changes wait.\n' : runs.map(runInWords).join(''));
        return exitCodes.success;
      }
      case 'show': {
        const run = await openPending(storage, action.id);
        const changes = await run.list();
        say({ ...(await summarize(run)), changes }, changesInWords(changes));
        return exitCodes.success;
      }
      case 'discard': {
        await (await openPending(storage, action.id)).discard();
        say({ discarded: action.id }, 'Discarded. The workspace is as it was.\n');
        return exitCodes.success;
      }
      case 'apply': {
        const { id, paths, includeGit, overwrite } = action;
        const report = await (await openPending(storage, id)).apply(paths, { includeGit, overwrite }, signal);
        say(report, reportInWords(report, id));
        if (signal.aborted) return exitCodes.interrupted;
        return report.refused.length === 0 ? exitCodes.success : exitCodes.failure;
      }
    }
  } catch (error) {
    if (!UserError.is(error)) throw error;
    process.stderr.write(`${visible(error.message)}\n`);
    return exitCodes.failure;
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
  return `${styleText('bold', id)}${interrupted}\n  ${visible(problem)}\n  ${changed}\n`;
}

function reportInWords({ applied, refused, left }: ApplyReport, id: string): string {
  const lines = refused.map(({ path, message }) => `${styleText('red', 'not applied')} ${visible(path)}: ${message}\n`);
  const rest = left === 0 ? '' : ` ${left} wait: agentlm changes show ${id}`;
  return `${lines.join('')}${applied.length} applied.${rest}\n`;
}
