import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import type { TaskKind } from '../../agent/task';
import type { Actions } from '../actions';
import { taskTerminal } from './taskTerminal';
import type { Run } from '../runs/run';
import type { Runs } from '../runs/runs';

/** As package.json names it. */
const type = 'agentlm';

/** An entry of tasks.json, as far as it fits its schema: people write anything. */
interface Definition extends vscode.TaskDefinition {
  readonly kind?: unknown;
  readonly task?: unknown;
  readonly place?: unknown;
}

/**
 * Runs from tasks.json: `{ "type": "agentlm", "kind": "os", "task": "…" }`. Offered are the tasks of this window, so that
 * one that went well can be kept there. VS Code runs no task in Restricted Mode.
 */
export function registerTaskProvider(runs: Runs, actions: Pick<Actions, 'begin'>): vscode.Disposable {
  const make = (definition: Definition, scope: vscode.Task['scope'], name?: string): vscode.Task => {
    const execution = new vscode.CustomExecution((resolved) =>
      Promise.resolve(taskTerminal(() => start(resolved, scope, actions))),
    );
    const task = new vscode.Task(
      definition,
      scope ?? vscode.TaskScope.Workspace,
      name ?? nameOf(definition),
      'AgentLM',
      execution,
    );
    task.detail = String(definition.task);
    return task;
  };
  return vscode.tasks.registerTaskProvider(type, {
    provideTasks: () =>
      offered(runs.all).map(({ request: { kind, problem, place } }) =>
        make({ type, kind, task: problem, place }, vscode.TaskScope.Workspace),
      ),
    // The definition must stay the very one that VS Code asks about.
    resolveTask: ({ definition, scope, name }) => make(definition, scope, name),
  });
}

/** Each task once, the last one first. */
function offered(runs: readonly Run[]): readonly Run[] {
  const newest = new Map(runs.map((run) => [`${run.request.kind} ${run.request.problem}`, run]));
  return [...newest.values()].reverse();
}

async function start(
  definition: Definition,
  scope: vscode.Task['scope'],
  actions: Pick<Actions, 'begin'>,
): Promise<Run | undefined> {
  const { kind, task, place } = readDefinition(definition);
  const folder = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
  const root = folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined;
  const whole = place === undefined || root === undefined ? place : path.resolve(root, place);
  return actions.begin(kind, task, { place: whole ?? (kind === 'os' ? root : undefined), inTerminal: true });
}

/** @throws {UserError} that says what the entry lacks */
export function readDefinition({ kind, task, place }: Definition): {
  readonly kind: TaskKind;
  readonly task: string;
  readonly place: string | undefined;
} {
  if (kind !== 'os' && kind !== 'db') {
    throw new UserError('task.kind', 'This task of tasks.json needs a "kind": "os" or "db". Add it.');
  }
  if (typeof task !== 'string' || task.trim() === '') {
    throw new UserError('task.empty', 'This task of tasks.json needs a "task": what is to be done. Add it.');
  }
  if (place !== undefined && typeof place !== 'string') {
    throw new UserError('task.place', 'The "place" of this task of tasks.json must be a path. Correct it.');
  }
  return { kind, task, place };
}

/** Characters of a task in its name. */
const nameLength = 40;

function nameOf({ task }: Definition): string {
  const words = String(task).replace(/\s+/g, ' ');
  return words.length > nameLength ? `${words.slice(0, nameLength)}…` : words;
}
