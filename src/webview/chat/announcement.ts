import type { PageState, RunKind, RunningCommand, RunState } from '../../protocol/messages';
import { noticeText } from './noticeText';
import type { Say } from '../page';
import { phaseOf, type Entry, type Phase, type Transcript } from './transcriptModel';

/** What a screen reader is told as the run moves on: one sentence a phase, none for each word that streams in. */
export function announcement(
  { run, endpoint, announced }: Pick<PageState, 'run' | 'endpoint' | 'announced'>,
  transcript: Transcript,
  say: Say,
): string {
  const phase = phaseOf(run, transcript);
  if (announced === 'off' || (announced === 'final' && !matters(phase, run))) return '';
  switch (phase) {
    case 'idle':
      return endpoint.status === 'connecting' ? say('endpoint.connectingTo', endpoint.label) : '';
    case 'opening':
      return run.phase === 'idle' ? '' : (delay(transcript, say) ?? openingText(run.kind, endpoint, say));
    case 'waiting':
      return delay(transcript, say) ?? result(transcript, say);
    case 'streaming':
      return say('status.answering');
    case 'approval':
      return say('status.approval', proposedText(transcript));
    case 'running':
      return working(run, say);
    case 'listening':
      return lastReply(transcript);
    case 'ended':
      return ending(transcript, say);
  }
}

/** Whether the user must know of it: something waits for them, or is said for good. */
function matters(phase: Phase, run: RunState): boolean {
  if (phase === 'running') return commandState(run) !== undefined && commandState(run) !== 'running';
  return phase === 'approval' || phase === 'listening' || phase === 'ended';
}

function commandState(run: RunState): RunningCommand['state'] | undefined {
  return run.phase === 'running' ? run.command?.state : undefined;
}

/** What a run is waiting for before it begins. */
export function openingText(kind: RunKind, endpoint: PageState['endpoint'], say: Say): string {
  return endpoint.status === 'connecting' ? say('endpoint.connectingTo', endpoint.label) : say(`opening.${kind}`);
}

/** What the command does that somebody may want to do something about. */
function working(run: RunState, say: Say): string {
  switch (commandState(run)) {
    case 'waiting-for-input':
      return say('status.input');
    case 'waiting-for-secret':
      return say('status.secret');
    case 'long':
      return say('status.long');
    case 'running':
    case undefined:
      return say('status.running');
  }
}

/** Why there is no reply yet, where the endpoint said so. */
function delay({ entries }: Transcript, say: Say): string | undefined {
  const last = entries.findLast((entry) => entry.type !== 'reply' || entry.progress !== 'waiting');
  return last?.type === 'notice' && last.notice.code === 'waiting' ? noticeText(last.notice, say) : undefined;
}

function proposedText({ entries }: Transcript): string {
  return entries.findLast((entry) => entry.type === 'action')?.text ?? '';
}

/** All that the model said, once it has said it. */
function lastReply({ entries }: Transcript): string {
  const last = entries.findLast(({ type }) => type === 'reply');
  return last?.type === 'reply' ? last.text : '';
}

/** What became of the command that the model is reading now. */
function result({ entries }: Transcript, say: Say): string {
  const last = entries.findLast((entry) => entry.type === 'action');
  const exitCode = last?.fate.is === 'done' ? last.fate.observation.exitCode : null;
  return exitCode === null ? '' : say('status.exit', exitCode);
}

/** A failure announces itself: its card is an alert. */
function ending({ entries }: Transcript, say: Say): string {
  return entries
    .map((entry) => endingOf(entry, say))
    .filter(Boolean)
    .join(' ');
}

function endingOf(entry: Entry, say: Say): string {
  if (entry.type === 'outcome') return say(`outcome.${entry.outcome}`);
  if (entry.type !== 'answer') return '';
  return say('status.answer', typeof entry.answer === 'string' ? entry.answer : entry.answer.join(', '));
}
