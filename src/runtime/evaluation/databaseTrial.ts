import type { Task } from '../../agent/task';
import { databaseTask } from '../../agent/tasks/database';
import type { Rules } from '../../agent/evaluation';
import { pythonTuple, type SqlValue } from '../sql/pythonLiteral';
import { textMatches, valuesMatch } from './answers';
import type { CellValue, DatabaseCheck, DatabaseProblem } from './suite';
import { joinHashes } from './tableHash';
import { attempt, isJudged, type Attempted, type TrialTools, type Verdict } from './trial';
import type { OpenDatabase, TrialDatabase } from './trialDatabase';

/**
 * One attempt at a database task, in a database of its own, which is gone afterwards.
 * @param id of the conversation
 * @param folder that does not exist yet
 * @throws {UserError} when database or endpoint fail before the agent has begun
 */
export async function databaseTrial(
  problem: DatabaseProblem,
  id: string,
  folder: string,
  openDatabase: OpenDatabase,
  tools: TrialTools,
  signal: AbortSignal,
): Promise<Attempted & Verdict> {
  const database = await openDatabase(problem, folder, signal);
  try {
    const task = taskOf(problem, database);
    const attempted = await attempt(id, problem.text, task, database, tools, signal);
    if (!isJudged(attempted.ending, tools.rules)) return { ...attempted, passed: false, detail: null };
    const expected = async (): Promise<string> =>
      hashAfterReference(problem, `${folder}-reference`, openDatabase, signal);
    return { ...attempted, ...(await judge(problem.check, attempted, database, expected, tools.rules, signal)) };
  } finally {
    await database.close();
  }
}

/** With the words of the suite for its tables, where it has some. */
function taskOf({ tableSentence }: DatabaseProblem, { tables }: TrialDatabase): Task {
  return databaseTask(tables, tableSentence);
}

async function judge(
  check: DatabaseCheck,
  { trajectory }: Attempted,
  database: TrialDatabase,
  hashOfReference: () => Promise<string>,
  rules: Rules,
  signal: AbortSignal,
): Promise<Verdict> {
  const { answer } = trajectory.finished;
  const values = typeof answer === 'string' ? [answer] : answer;
  switch (check.kind) {
    case 'answer':
      return { passed: values !== null && valuesMatch(values, check.values, rules), detail: null };
    case 'match':
    case 'regex':
      return { passed: textMatches(values?.join(', ') ?? null, check), detail: null };
    case 'hash': {
      const wanted = check.md5 ?? (await hashOfReference());
      const found = joinHashes(await database.hashes(signal));
      const passed = found === wanted;
      return { passed, detail: passed ? null : `The rows hash to ${found} instead of ${wanted}.` };
    }
    case 'query': {
      const { output } = await database.execute(check.sql, signal);
      signal.throwIfAborted();
      const wanted = `[${check.rows.map((row) => pythonTuple(row.map(sqlValue))).join(', ')}]`;
      const passed = output === wanted;
      return {
        passed,
        detail: passed ? null : `The query gave ${output.slice(0, 300)} instead of ${wanted.slice(0, 300)}.`,
      };
    }
  }
}

async function hashAfterReference(
  problem: DatabaseProblem,
  folder: string,
  openDatabase: OpenDatabase,
  signal: AbortSignal,
): Promise<string> {
  const database = await openDatabase(problem, folder, signal);
  try {
    await database.execute(problem.reference ?? '', signal);
    return joinHashes(await database.hashes(signal));
  } finally {
    await database.close();
  }
}

function sqlValue(value: CellValue): SqlValue {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}
