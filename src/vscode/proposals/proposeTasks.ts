import path from 'node:path';
import * as vscode from 'vscode';
import { isServerUrl } from '../../agent/databaseServer';
import { UserError } from '../../agent/errors';
import { visible } from '../../agent/hiddenCharacters';
import type { TaskKind } from '../../agent/task';
import { cancellableProgress } from '../cancellableProgress';
import type { Endpoints } from '../endpoints/endpoints';
import { requireTrust } from '../evaluation/evaluationTests';
import type { Places } from '../places';
import { sentence } from '../report';
import type { Settings } from '../settings';
import type { ProposalDocuments } from './proposalDocuments';
import type { ProposalRequest, ShownProposals, TaskTools } from './taskTools';

export interface ProposeParts {
  readonly tools: Pick<TaskTools, 'propose'>;
  readonly endpoints: Pick<Endpoints, 'access'>;
  readonly places: Pick<Places, 'for' | 'labels'>;
  readonly settings: Settings;
  readonly documents: ProposalDocuments;
}

/** Most tasks that can be asked for. */
const mostTasks = 500;

/** Asks the endpoint for tasks, shows them, tries out what the user lets be tried, and opens the file with the rest. */
export async function proposeTasks(parts: ProposeParts): Promise<void> {
  requireTrust();
  const { tools, endpoints, places, documents } = parts;
  const kind = await chooseKind(places);
  const place = kind && (await places.for(kind));
  if (kind === undefined || place === undefined) return;
  if (isServerUrl(place)) throw noServers();
  const count = await chooseCount();
  if (count === undefined) return;
  const request = { kind, place, file: fileFor(kind, place), count, access: await endpoints.access() };
  const title = vscode.l10n.t('Proposing tasks for {0}', visible(path.basename(place)));
  const outcome = await cancellableProgress(title, async (tell, signal) => {
    let proposed = count;
    const hearing = {
      drafted: (drafted: number) => tell(Math.round((50 * drafted) / count)),
      async mayTry(shown: ShownProposals) {
        proposed = shown.proposals.length;
        await documents.showProposed(shown.proposals);
        return unlessAborted(mayTry(request, shown, parts.settings), signal);
      },
      tried: (tried: number) => tell(50 + Math.round((50 * tried) / proposed)),
    };
    return tools.propose(request, hearing, signal);
  });
  if (outcome === undefined) return;
  const { added, refused } = outcome;
  if (added > 0) await vscode.window.showTextDocument(vscode.Uri.file(request.file), { preview: false });
  const leftOut = vscode.l10n.t('Show What Was Left Out');
  const words = vscode.l10n.t(
    'Tasks added to {0}: {1}. Left out: {2}. Read and change them, then run AgentLM: Run Task File.',
    visible(path.basename(request.file)),
    added,
    refused.length,
  );
  const none = vscode.l10n.t(
    'The endpoint proposed no task that is new and can be done. Left out: {0}.',
    refused.length,
  );
  void vscode.window
    .showInformationMessage(added > 0 ? words : none, ...(refused.length > 0 ? [leftOut] : []))
    .then(async (choice) => choice === leftOut && documents.showRefused(refused));
}

async function chooseKind({ labels }: Pick<Places, 'labels'>): Promise<TaskKind | undefined> {
  const folder = { label: vscode.l10n.t('For a Folder'), description: labels.os ?? '' };
  const database = { label: vscode.l10n.t('For a Database'), description: labels.db ?? '' };
  const picked = await vscode.window.showQuickPick([folder, database], { title: vscode.l10n.t('Propose Tasks') });
  return picked && (picked === folder ? 'os' : 'db');
}

async function chooseCount(): Promise<number | undefined> {
  const isCount = (text: string): boolean =>
    /^\d{1,3}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= mostTasks;
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Propose Tasks'),
    prompt: vscode.l10n.t(
      'How many tasks? The endpoint is told the names and beginnings of files, or the tables and their first rows.',
    ),
    value: '10',
    ignoreFocusOut: true,
    validateInput: (value) => (isCount(value) ? undefined : vscode.l10n.t('A whole number from 1 to {0}.', mostTasks)),
  });
  return text === undefined ? undefined : Number(text);
}

/** Beside what they work on, where their copies do not hold it. */
function fileFor(kind: TaskKind, place: string): string {
  return kind === 'os'
    ? path.join(place, 'tasks.agentlm-suite.json')
    : path.join(path.dirname(place), `${path.basename(place, path.extname(place))}.agentlm-suite.json`);
}

/** Whoever wants to read first is asked again afterwards. */
async function mayTry(
  { kind, place }: ProposalRequest,
  { proposals, failure }: ShownProposals,
  settings: Settings,
): Promise<boolean> {
  const tryOut = vscode.l10n.t('Try Out');
  const read = vscode.l10n.t('Read First');
  const discard = vscode.l10n.t('Discard');
  const detail = [
    ...(failure === undefined ? [] : [sentence(failure)]),
    whereTried(kind, settings),
    vscode.l10n.t('Each works on a copy of {0}, which is thrown away.', visible(place)),
    vscode.l10n.t('What would run is in the editor behind this question.'),
  ].join('\n\n');
  const question = vscode.l10n.t('Try out the proposed tasks? Their number: {0}', proposals.length);
  for (;;) {
    const choice = await vscode.window.showWarningMessage(question, { modal: true, detail }, tryOut, read);
    if (choice !== read) return choice === tryOut;
    const waiting = vscode.l10n.t('The proposed tasks wait. Nothing of them has run.');
    if ((await vscode.window.showInformationMessage(waiting, tryOut, discard)) !== tryOut) return false;
  }
}

function whereTried(kind: TaskKind, settings: Settings): string {
  if (kind === 'db') return vscode.l10n.t('Their statements run in the SQL sandbox.');
  const image = settings.get('evaluation.image');
  return image === ''
    ? vscode.l10n.t('Their commands run in a fresh view of this machine, without network.')
    : vscode.l10n.t('Their commands run in containers of {0}, without network.', visible(image));
}

/** A question stays open when nobody waits for its answer any more. */
async function unlessAborted(answer: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const refuse = (): void => resolve(false);
  signal.addEventListener('abort', refuse, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener('abort', refuse);
  }
}

function noServers(): UserError {
  return new UserError(
    'proposal.server',
    'Tasks are tried out on copies of a file, and the chosen database is on a server. Run AgentLM: Choose Database, and choose a file.',
  );
}
