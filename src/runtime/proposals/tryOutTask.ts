import { UserError } from '../../agent/errors';
import { cellText, type Grid } from '../../agent/grid';
import type { Proposal } from '../../agent/proposal';
import type { OpenMachine } from '../evaluation/machine';
import { judgeMachine, settle } from '../evaluation/osTrial';
import { runScript } from '../evaluation/runScript';
import type { OsCheck, Script } from '../evaluation/suite';
import { joinHashes } from '../evaluation/tableHash';
import type { OpenDatabase } from '../evaluation/trialDatabase';

/** A proposal that can be done and judged, as a task of a suite. */
export interface TriedTask {
  readonly category: string;
  readonly task: string;
  readonly check: Readonly<Record<string, unknown>>;
  readonly reference: string;
}

/** Most characters of an answer, and most values. */
const answerLimits = { characters: 200, values: 20 };

/**
 * Tries a proposal of an OS task in a machine of its own: its check must not pass before anything was done, and pass once
 * its own solution was run.
 * @param folder that the task works on a copy of
 * @param place where the machine is made
 * @throws {UserError} `proposal.*` that says why it is no task; any other code where the machine failed
 */
export async function tryOsTask(
  proposal: Extract<Proposal, { readonly kind: 'os' }>,
  folder: string,
  place: string,
  { openMachine, timeoutMs }: { readonly openMachine: OpenMachine; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<TriedTask> {
  const reference: Script = { language: 'bash', code: proposal.reference };
  const check: OsCheck = {
    kind: 'scripts',
    scripts:
      proposal.check === undefined
        ? [null, { builtin: 'string-match.py' }]
        : [{ language: 'bash', code: proposal.check }],
  };
  const problem = { check, reference };
  const machine = await openMachine(place, undefined, signal);
  try {
    const scripting = await settle({ folder }, machine, { timeoutMs, signal });
    if ((await judgeMachine(problem, null, machine, scripting)).passed) throw passesBefore();
    const { exitCode, output } = await runScript(machine, reference, [], scripting);
    if (exitCode !== 0) {
      throw new UserError('proposal.solution', 'Its solution ends with exit code {0}: {1}', [
        exitCode,
        shortened(output),
      ]);
    }
    if (proposal.check === undefined) requireAnswer(output.trim());
    const { passed, detail } = await judgeMachine(problem, output.trim(), machine, scripting);
    if (!passed) throw checkFails(detail ?? '');
  } catch (error) {
    if (!UserError.is(error) || error.code !== 'evaluation.scriptTimeout') throw error;
    throw new UserError('proposal.slow', 'It did not end within {0} s.', [timeoutMs / 1000], { cause: error });
  } finally {
    await machine.close();
  }
  const common = { task: proposal.text, reference: proposal.reference };
  return proposal.check === undefined
    ? { category: 'question', ...common, check: { scripts: [null, { file: 'check/string-match.py' }] } }
    : { category: 'change', ...common, check: { scripts: [proposal.check] } };
}

/**
 * Tries a proposal of a database task on a copy: a question must have the same short answer twice, a change must change
 * something.
 * @throws {UserError} as tryOsTask()
 */
export async function tryDatabaseTask(
  proposal: Extract<Proposal, { readonly kind: 'db' }>,
  file: string,
  place: string,
  openDatabase: OpenDatabase,
  signal: AbortSignal,
): Promise<TriedTask> {
  const { text: task, reference } = proposal;
  const verb = /^\s*(\w+)/.exec(reference)?.[1]?.toUpperCase() ?? '';
  const changes = /^(?:INSERT|UPDATE|DELETE)$/.test(verb);
  if (!changes && verb !== 'SELECT' && verb !== 'WITH') {
    throw new UserError('proposal.statement', 'Its statement is neither a question nor a change of rows.');
  }
  const database = await openDatabase({ tables: [], script: undefined, database: file }, place, signal);
  const run = async (): Promise<Grid | undefined> => {
    const { output, result } = await database.execute(reference, signal);
    signal.throwIfAborted();
    if (output.startsWith('[')) return result;
    throw new UserError('proposal.statementFails', 'Its statement fails: {0}', [shortened(output)]);
  };
  try {
    if (changes) {
      const before = joinHashes(await database.hashes(signal));
      await run();
      if (joinHashes(await database.hashes(signal)) === before) throw passesBefore();
      return { category: verb, task, check: { tableHash: 'reference' }, reference };
    }
    const answer = answerOf(await run());
    if (JSON.stringify(answerOf(await run())) !== JSON.stringify(answer)) {
      throw checkFails('The statement gives another answer each time.');
    }
    return { category: 'SELECT', task, check: { answer }, reference };
  } finally {
    await database.close();
  }
}

/** @throws {UserError} where the rows are no short answer */
function answerOf(grid: Grid | undefined): string[] {
  const rows = grid?.rows ?? [];
  if (
    grid === undefined ||
    !grid.complete ||
    rows.length > answerLimits.values ||
    (grid.columns.length > 1 && rows.length > 1)
  ) {
    throw new UserError('proposal.answer', 'Its answer is no single value, and no short list of them.');
  }
  const values = rows.flat().map((cell) => (cell === null ? '' : cellText(cell)));
  requireAnswer(values.join(''));
  return values;
}

/** @throws {UserError} */
function requireAnswer(answer: string): void {
  if (answer === '') throw new UserError('proposal.noAnswer', 'It has no answer: its solution gives nothing.');
  if (answer.length > answerLimits.characters) {
    throw new UserError('proposal.answer', 'Its answer is no single value, and no short list of them.');
  }
}

function passesBefore(): UserError {
  return new UserError('proposal.passesBefore', 'Its check passes before anything was done.');
}

function checkFails(detail: string): UserError {
  return new UserError('proposal.check', 'Its check does not pass after its own solution. {0}', [shortened(detail)]);
}

function shortened(text: string): string {
  const words = text.trim();
  return words.length > 300 ? `${words.slice(0, 299)}…` : words;
}
