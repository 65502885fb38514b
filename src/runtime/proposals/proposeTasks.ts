import { UserError } from '../../agent/errors';
import type { Proposal, RefusedProposal } from '../../agent/proposal';
import type { EndpointOptions } from '../endpoint/connect';
import { machinesOf, probeMachine, withMachineFolder, type MachineChoice } from '../evaluation/machines';
import { sqliteTrials, type SqliteOptions } from '../evaluation/sqliteTrial';
import { openPlainModel } from '../plainModel';
import { describeDatabase } from './databasePlace';
import { draftTasks, type Drafts } from './draftTasks';
import { describeFolder } from './folderPlace';
import { addTasks, knownTasks, type TaskFile } from './taskFile';
import { tryDatabaseTask, tryOsTask, type TriedTask } from './tryOutTask';

export interface ProposeRequest extends TaskFile {
  /** Tasks that are wanted. */
  readonly count: number;
  readonly endpoint: Omit<EndpointOptions, 'conversationId'>;
  readonly machine: MachineChoice;
  /** Milliseconds that a script of a proposal may take. */
  readonly scriptTimeoutMs: number;
  readonly database: SqliteOptions;
}

/** Who asks for proposals. */
export interface ProposeSurface {
  /** So many tasks were proposed by now. */
  drafted(count: number): void;
  /** Shows proposals whole, and asks whether they may be tried out. Nothing of them has run before. */
  mayTry(drafts: Drafts): Promise<boolean>;
  tried(done: number): void;
}

/** What became of proposals. */
export interface Proposed {
  /** Tasks that were added to the file. */
  readonly added: number;
  readonly refused: readonly RefusedProposal[];
  readonly drafts: Drafts;
}

/**
 * Asks an endpoint for tasks, tries each out where it can harm nothing, and adds those to a suite that can be done and
 * judged.
 * @returns undefined when they may not be tried out
 * @throws {UserError} before anything is asked where there is no sandbox (`evaluation.noMachine`) or the file will not do
 *   (`proposal.file*`); `endpoint.*`, `proposal.none`. On abort it rejects with the signal's reason. The file is whole in
 *   every case, and nothing is left running.
 */
export async function proposeTasks(
  request: ProposeRequest,
  surface: ProposeSurface,
  signal: AbortSignal,
): Promise<Proposed | undefined> {
  const { kind, place, count } = request;
  const known = await knownTasks(request);
  if (kind === 'os') await probeMachine(machinesOf(request.machine), signal);
  const description =
    kind === 'os'
      ? await describeFolder(place)
      : await describeDatabase({ ...request.database, path: place, workerPath: request.database.sqlWorker }, signal);
  const model = await openPlainModel(request.endpoint, signal);
  const drafting = { kind, count, place: description, known };
  const drafts = await draftTasks(model, drafting, (drafted) => surface.drafted(drafted), signal);
  if (drafts.proposals.length === 0) return { added: 0, refused: [], drafts };
  if (!(await surface.mayTry(drafts))) return undefined;
  signal.throwIfAborted();
  const { tasks, refused } = await tryOut(request, drafts.proposals, surface, signal);
  if (tasks.length > 0) await addTasks(request, tasks);
  return { added: tasks.length, refused, drafts };
}

async function tryOut(
  request: ProposeRequest,
  proposals: readonly Proposal[],
  surface: Pick<ProposeSurface, 'tried'>,
  signal: AbortSignal,
): Promise<{ readonly tasks: readonly TriedTask[]; readonly refused: readonly RefusedProposal[] }> {
  const tasks: TriedTask[] = [];
  const refused: RefusedProposal[] = [];
  const machines = { openMachine: machinesOf(request.machine), timeoutMs: request.scriptTimeoutMs };
  const openDatabase = sqliteTrials(request.database);
  await withMachineFolder(async (next) => {
    for (const proposal of proposals) {
      try {
        tasks.push(
          proposal.kind === 'os'
            ? await tryOsTask(proposal, request.place, next(), machines, signal)
            : await tryDatabaseTask(proposal, request.place, next(), openDatabase, signal),
        );
      } catch (reason) {
        signal.throwIfAborted();
        if (!UserError.is(reason) || !reason.code.startsWith('proposal.')) throw reason;
        refused.push({ proposal, reason });
      }
      surface.tried(tasks.length + refused.length);
    }
  });
  return { tasks, refused };
}
