import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import type { RunKind, TaskKind } from '../../agent/task';
import { succeeded } from '../../agent/trajectory';
import type { Actions } from '../actions';
import { withSignal } from '../cancellation';
import { ChatTelling } from './chatTelling';
import { isDatabase } from '../databases/databaseFiles';
import { escapeMarkdown } from '../markdown';
import { sentence, type Log } from '../report';
import type { Run } from '../runs/run';
import type { Runs } from '../runs/runs';

/** As package.json names it. */
const participantId = 'agentlm.agent';

/** What an answer leaves behind for the questions after it. */
interface Told {
  readonly kind: RunKind;
  readonly problem: string;
  readonly done: boolean;
}

/** `@agentlm` in VS Code's own chat: the same runs as in the sidebar, told in Markdown and buttons. */
export function registerChatParticipant(
  extensionUri: vscode.Uri,
  runs: Runs,
  actions: Pick<Actions, 'begin'>,
  log: Log,
): vscode.Disposable {
  const participant = vscode.chat.createChatParticipant(participantId, async (request, context, stream, token) => {
    try {
      if (request.command === 'replay') return replay(runs, request.prompt, stream);
      const kind = kindOf(request, context);
      const run = await actions.begin(kind, withFiles(kind, request), { place: databaseOf(kind, request) });
      if (!run) {
        stream.markdown(vscode.l10n.t('No database was chosen, so nothing was run.'));
        return {};
      }
      await withSignal(token, async (signal) => {
        signal.addEventListener('abort', () => run.stop());
        if (signal.aborted) run.stop();
        await new ChatTelling(stream).follow(run);
      });
      return resultOf(run, stream);
    } catch (error) {
      if (!UserError.is(error)) log.error(error);
      return { errorDetails: { message: sentence(error) } };
    }
  });
  participant.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.png');
  participant.followupProvider = { provideFollowups: ({ metadata }) => followups(metadata) };
  return participant;
}

/** The one that was asked for, else that of the question before. */
function kindOf({ command }: vscode.ChatRequest, { history }: vscode.ChatContext): TaskKind {
  const commands = [...history.map((turn) => turn.command), command];
  return commands.findLast((each) => each === 'os' || each === 'db') ?? 'os';
}

/** Files that the user attached. */
function filesOf({ references }: vscode.ChatRequest): readonly vscode.Uri[] {
  return references
    .map(({ value }) => (value instanceof vscode.Location ? value.uri : value))
    .filter((value) => value instanceof vscode.Uri)
    .filter(({ scheme }) => scheme === 'file');
}

function databaseOf(kind: TaskKind, request: vscode.ChatRequest): string | undefined {
  return kind === 'db' ? filesOf(request).find(({ fsPath }) => isDatabase(fsPath))?.fsPath : undefined;
}

/** The model reads no attachment, but it can open a file that it knows of. */
function withFiles(kind: TaskKind, request: vscode.ChatRequest): string {
  const files = kind === 'os' ? filesOf(request) : [];
  if (files.length === 0) return request.prompt;
  return `${request.prompt}\n\nFiles: ${files.map((uri) => vscode.workspace.asRelativePath(uri)).join(', ')}`;
}

function resultOf(run: Run, stream: vscode.ChatResponseStream): vscode.ChatResult {
  const { kind, problem } = run.request;
  const failure = run.events.findLast((event) => event.type === 'failure');
  const outcome = run.trajectory?.finished.outcome;
  if (run.id !== undefined) {
    stream.button({ title: vscode.l10n.t('Open in AgentLM'), command: 'agentlm.openRun', arguments: [run.id] });
  }
  const metadata: Told = { kind, problem, done: outcome !== undefined && succeeded(outcome) };
  return { metadata, ...(failure && { errorDetails: { message: sentence(failure.error) } }) };
}

/** Tells an earlier run of this window again: the newest one, or the newest that has these words in its task. */
function replay(runs: Runs, words: string, stream: vscode.ChatResponseStream): vscode.ChatResult {
  const wanted = words.trim().toLowerCase();
  const run = runs.all.findLast(({ request, active }) => !active && request.problem.toLowerCase().includes(wanted));
  if (!run) {
    throw new UserError(
      'run.no-replay',
      'No task of this window has ended that fits. Leave the words out to see the last one.',
    );
  }
  stream.markdown(`**${escapeMarkdown(run.request.problem)}**\n\n`);
  new ChatTelling(stream).replay(run);
  return resultOf(run, stream);
}

function followups(metadata: Partial<Told> | undefined): vscode.ChatFollowup[] {
  const { kind, problem, done } = metadata ?? {};
  if (kind === undefined || problem === undefined) return [];
  const label = done === true ? vscode.l10n.t('Run it again') : vscode.l10n.t('Try again');
  return [{ prompt: problem, command: kind, label }];
}
