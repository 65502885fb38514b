import * as vscode from 'vscode';
import type { ProposedAction } from '../../agent/approval';
import type { AgentEvent, Notice } from '../../agent/events';
import { visible } from '../../agent/hiddenCharacters';
import { pageStrings } from '../pages/pageStrings';
import { sentence } from '../report';

/** What stands around the text of an event: `heading` and `aside` are ours, `text` is the model's or the command's own. */
export type Tone = 'heading' | 'text' | 'aside';

/** A passage of a run. They follow each other as they are: line breaks are part of them. */
export interface Passage {
  readonly tone: Tone;
  readonly text: string;
}

/**
 * An event for those who read or hear a run as plain text; nothing for events that say nothing new. No character of it is
 * one that could not be seen.
 */
export function eventInWords(event: AgentEvent): readonly Passage[] {
  const strings = pageStrings();
  switch (event.type) {
    case 'started':
      return [
        line('heading', event.problem),
        ...(event.sandbox ? [line('aside', strings[`guard.sandbox.${event.sandbox}`])] : []),
      ];
    case 'step':
      return [line('heading', `\n${fill(strings.step, event.step, event.limit)}`)];
    case 'delta':
      return [{ tone: 'text', text: visible(event.text) }];
    case 'action':
      return [line('text', '')];
    case 'approval':
      return decisionInWords(event.decision);
    case 'observation':
      return [
        line(
          'aside',
          `\n${strings.output}${event.exitCode === null ? '' : ` · ${fill(strings['output.exit'], event.exitCode)}`}`,
        ),
        line('text', event.text),
      ];
    case 'instruction':
      return [line('heading', `\n${strings.you}: ${event.text}`)];
    case 'notice':
      return [line('aside', `\n${noticeInWords(event.notice)}`)];
    case 'failure':
      return [line('heading', `\n${strings.failure}: ${sentence(event.error)}`)];
    case 'finished': {
      const { answer, outcome, steps } = event;
      const count = fill(strings[steps === 1 ? 'steps.one' : 'steps.many'], steps);
      return [
        ...(answer === null ? [] : [line('heading', `\n${fill(strings['status.answer'], answerInWords(answer))}`)]),
        line('aside', `\n${strings[`outcome.${outcome}`]} ${count}.`),
      ];
    }
    case 'replied':
      return [line('text', '')];
    case 'turn':
    case 'exchange':
    case 'context':
      return [];
  }
}

/** The question that is open, once the action was told. */
/** That an action waits, and why, where the policy said so. */
export function questionInWords(action: ProposedAction): string {
  return [vscode.l10n.t('This waits for your approval.'), ...reasonInWords(action)].join(' ');
}

/** Why an action asks, as one sentence; none where the policy was not asked. */
export function reasonInWords({ judgement }: ProposedAction): string[] {
  if (judgement === undefined) return [];
  const { reason } = judgement;
  return [visible(vscode.l10n.t(reason.template, ...reason.values))];
}

export function answerInWords(answer: string | readonly string[]): string {
  return visible(typeof answer === 'string' ? answer : answer.join(', '));
}

export function noticeInWords(notice: Notice): string {
  const strings = pageStrings();
  switch (notice.code) {
    case 'trimmed':
      return fill(strings['notice.trimmed'], notice.omittedTurns);
    case 'repetition':
      return strings['notice.repetition'];
    case 'interrupted':
      return strings['notice.interrupted'];
    case 'malformed':
      return strings[`malformed.${notice.problem.code}`];
    case 'waiting':
      return fill(
        strings['notice.waiting'],
        sentence(notice.reason),
        fill(strings.seconds, (notice.waitMs / 1000).toFixed(1)),
      );
    case 'queued':
      return fill(strings['notice.queued'], notice.ahead);
    case 'grammar-rejected':
      return fill(strings['notice.grammarRejected'], sentence(notice.reason));
    case 'grammar-ignored':
      return strings['notice.grammarIgnored'];
    case 'continued':
      return strings['notice.continued'];
    case 'chat-template':
      return strings[`notice.template.${notice.template}`];
    case 'copying':
      return fill(strings['notice.copying'], Math.floor(100 * notice.share));
    case 'tables-shortened':
      return strings['notice.tablesShortened'];
  }
}

function decisionInWords(decision: Extract<AgentEvent, { readonly type: 'approval' }>['decision']): readonly Passage[] {
  const strings = pageStrings();
  switch (decision.verdict) {
    case 'run':
    case 'stop':
      return [];
    case 'edit':
      return [line('aside', `\n${strings['action.edited']}`), line('text', decision.text)];
    case 'skip':
      return [
        line('aside', `\n${strings['action.skipped']}`),
        ...(decision.reason === '' ? [] : [line('aside', fill(strings['action.skippedReason'], decision.reason))]),
      ];
  }
}

function line(tone: Tone, text: string): Passage {
  return { tone, text: `${visible(text)}\n` };
}

function fill(template: string, ...values: readonly (string | number)[]): string {
  return template.replace(/\{(\d+)\}/g, (placeholder, index: string) => String(values[Number(index)] ?? placeholder));
}
