import path from 'node:path';
import * as vscode from 'vscode';
import type { ApprovalMode } from '../../agent/approval';
import { UserError } from '../../agent/errors';
import type { AgentEvent, EventOf } from '../../agent/events';
import { visible } from '../../agent/hiddenCharacters';
import type { TaskKind } from '../../agent/task';
import type { Actions } from '../actions';
import { withSignal } from '../cancellation';
import type { Guard } from '../runs/guard';
import { codeBlock, escapeMarkdown, escapeMarkdownLines } from '../markdown';
import { pageStrings } from '../pages/pageStrings';
import { inWorkspace } from '../places';
import type { Recording } from '../trajectories/recording';
import { sentence } from '../report';
import type { Run } from '../runs/run';
import { searchTrajectories } from './trajectorySearch';

interface TaskInput {
  readonly task: string;
  /** The folder, or the database: absolute, or as it is called in the workspace. */
  readonly place?: string;
}

interface SearchInput {
  readonly words: string;
  readonly limit?: number;
}

/** What the tools need of the rest. */
export interface ToolParts {
  readonly actions: Pick<Actions, 'begin'>;
  readonly recording: Pick<Recording, 'folders'>;
  readonly guard: Pick<Guard, 'forRun'>;
  /** Brings the chat to the front, where actions are approved. */
  readonly showChat: () => Promise<void>;
}

/**
 * Lets the agents of other models hand work to AgentLM: an OS task, a database task, a search in kept trajectories. Each
 * asks first and says what will happen; what the model then wants to run is approved in the chat like that of any run.
 */
export function registerTools(parts: ToolParts): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.lm.registerTool('agentlm_run_os_task', taskTool('os', parts)),
    vscode.lm.registerTool('agentlm_run_database_task', taskTool('db', parts)),
    vscode.lm.registerTool('agentlm_search_trajectories', searchTool(parts)),
  );
}

export function taskTool(kind: TaskKind, parts: ToolParts): vscode.LanguageModelTool<TaskInput> {
  return {
    prepareInvocation({ input }) {
      return inWords(async () => {
        const place = placeOf(kind, input.place);
        return {
          invocationMessage: vscode.l10n.t('AgentLM is working on a task'),
          confirmationMessages: {
            title: vscode.l10n.t('Let AgentLM work on this task?'),
            message: new vscode.MarkdownString(
              [
                escapeMarkdownLines(visible(input.task)),
                `_${escapeMarkdown(visible(await whatHappens(kind, place, parts.guard)))}_`,
              ].join('\n\n'),
            ),
          },
        };
      });
    },
    async invoke({ input, tokenizationOptions }, token) {
      return inWords(() =>
        withSignal(token, async (signal) => {
          const run = await parts.actions.begin(kind, input.task, { place: placeOf(kind, input.place) });
          if (!run) throw new UserError('tool.no-database', 'The user chose no database, so nothing was run.');
          signal.addEventListener('abort', () => run.stop());
          if (signal.aborted) run.stop();
          await parts.showChat();
          await run.done;
          return result(await bounded(runReport(run), tokenizationOptions, token));
        }),
      );
    },
  };
}

async function whatHappens(kind: TaskKind, place: string | undefined, guard: ToolParts['guard']): Promise<string> {
  const { sandbox, approval } = await guard.forRun();
  const where =
    kind === 'db'
      ? place === undefined
        ? vscode.l10n.t('The model writes SQL, which runs on a copy of the database that is chosen.')
        : vscode.l10n.t('The model writes SQL, which runs on a copy of {0}.', place)
      : place === undefined
        ? vscode.l10n.t('The model writes commands, which run in a shell in the folder of the workspace.')
        : vscode.l10n.t('The model writes commands, which run in a shell in {0}.', place);
  const held = kind === 'os' ? ` (${pageStrings()[`guard.sandbox.${sandbox}`]})` : '';
  return `${where}${held} ${asksInWords(approval)}`;
}

function asksInWords(approval: ApprovalMode): string {
  switch (approval) {
    case 'all':
      return vscode.l10n.t('None of it asks before it runs: agentlm.approval is set so.');
    case 'reads':
      return vscode.l10n.t('What only reads runs unasked; the rest waits for your approval in the AgentLM chat.');
    case 'ask':
      return vscode.l10n.t('Each of them waits for your approval in the AgentLM chat.');
  }
}

export function searchTool({ recording }: Pick<ToolParts, 'recording'>): vscode.LanguageModelTool<SearchInput> {
  return {
    prepareInvocation: ({ input }) => ({
      invocationMessage: vscode.l10n.t('Searching the AgentLM trajectories'),
      confirmationMessages: {
        title: vscode.l10n.t('Search the AgentLM trajectories?'),
        message: new vscode.MarkdownString(
          [
            vscode.l10n.t('The model that asks gets what is found: tasks, commands and outputs that you kept.'),
            codeBlock(visible(input.words), 'text'),
          ].join('\n\n'),
        ),
      },
    }),
    invoke: async ({ input, tokenizationOptions }, token) =>
      inWords(async () => {
        const found = await searchTrajectories(recording.folders, input.words, input.limit, token);
        return result(await bounded(found, tokenizationOptions, token));
      }),
  };
}

/**
 * Where a task works. Another model names it, so it must lie in the workspace.
 * @throws {UserError}
 */
function placeOf(kind: TaskKind, place: string | undefined): string | undefined {
  if (place === undefined || place.trim() === '') return undefined;
  const root = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  const whole = path.isAbsolute(place) || root === undefined ? path.normalize(place) : path.join(root, place);
  if (path.isAbsolute(whole) && inWorkspace(whole)) return whole;
  throw new UserError(
    'tool.outside',
    kind === 'os'
      ? 'The folder {0} is not in this workspace. Name one that is, or none.'
      : 'The database {0} is not in this workspace. Name one that is, or none.',
    [place],
  );
}

/** A run for the model that asked for it. In English: models read it, people read the chat. */
function runReport({ events, request }: Run): string {
  const finished = events.find((event): event is EventOf<'finished'> => event.type === 'finished');
  const failure = events.findLast((event): event is EventOf<'failure'> => event.type === 'failure');
  const answer = finished?.answer ?? null;
  return [
    `Outcome: ${finished?.outcome ?? 'failed'}`,
    ...(answer === null ? [] : [`Answer: ${typeof answer === 'string' ? answer : answer.join(', ')}`]),
    ...(failure ? [`Failure: ${UserError.is(failure.error) ? failure.error.message : 'an error in AgentLM'}`] : []),
    `Place: ${request.place}`,
    '',
    ...events.flatMap(stepInWords),
  ].join('\n');
}

function stepInWords(event: AgentEvent): readonly string[] {
  switch (event.type) {
    case 'action':
      return event.kind === 'bash' || event.kind === 'sql' ? [`Step ${event.step}, ${event.kind}:`, event.text] : [];
    case 'approval':
      return event.decision.verdict === 'edit' ? ['Changed by the user to:', event.decision.text] : [];
    case 'observation':
      return [`Output${event.exitCode === null ? '' : ` (exit ${event.exitCode})`}:`, event.text, ''];
    default:
      return [];
  }
}

/** Characters of a result where the caller sets no limit: some two thousand tokens. */
const usualLength = 8000;

/** The beginning of a text, as much as the caller has room for. */
async function bounded(
  text: string,
  options: vscode.LanguageModelToolTokenizationOptions | undefined,
  token: vscode.CancellationToken,
): Promise<string> {
  const end = '\n[The rest is left out.]';
  let kept = text.length <= usualLength ? text : text.slice(0, usualLength) + end;
  if (!options) return kept;
  while (kept.length > end.length) {
    const tokens = await options.countTokens(kept, token);
    if (tokens <= options.tokenBudget) return kept;
    const share = Math.min(0.9, options.tokenBudget / tokens);
    kept = kept.slice(0, Math.floor((kept.length - end.length) * share)) + end;
  }
  return kept;
}

function result(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
}

/** A failure as a sentence: VS Code shows the message of an error, and tells it to the model. */
async function inWords<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(sentence(error), { cause: error });
  }
}
