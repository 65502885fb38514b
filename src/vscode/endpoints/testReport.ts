import * as vscode from 'vscode';
import type { EndpointCheck, EndpointReport } from '../../agent/endpointFacts';
import { demoProfile, type EndpointProfile } from './endpointProfiles';
import { serverInWords } from './endpointWords';
import { escapeMarkdown } from '../markdown';

/** How far a test is; the report once it is done. */
export type TestState = 'running' | 'cancelled' | EndpointReport;

/** A test of an endpoint as Markdown. What the server said is text in it, whatever it looks like. */
export function testReport(
  title: string,
  profile: EndpointProfile,
  checks: readonly EndpointCheck[],
  state: TestState,
): string {
  const rows = checks.map(
    ({ id, status, detail }) =>
      `| ${escapeMarkdown(checkInWords(id))} | ${statusInWords(status)} | ${escapeMarkdown(detail)} |`,
  );
  return [
    `# ${escapeMarkdown(title)}`,
    escapeMarkdown([...(profile === demoProfile ? [] : [profile.url]), ...said(state)].join(' · ')),
    escapeMarkdown(summary(checks, state)),
    ...(rows.length === 0 ? [] : [[`| ${headings().join(' | ')} |`, '| --- | --- | --- |', ...rows].join('\n')]),
    '',
  ].join('\n\n');
}

function headings(): readonly string[] {
  return [vscode.l10n.t('Check'), vscode.l10n.t('Result'), vscode.l10n.t('What was found, and what to do')];
}

function said(state: TestState): readonly string[] {
  if (typeof state === 'string') return [];
  const { engine, version, models, contextLength } = state;
  return [
    ...(engine ? [serverInWords({ engine, version: version ?? undefined })] : []),
    ...(models.length > 0 ? [models.join(', ')] : []),
    ...(contextLength === null ? [] : [vscode.l10n.t('{0} tokens', contextLength)]),
  ];
}

function summary(checks: readonly EndpointCheck[], state: TestState): string {
  const count = (wanted: EndpointCheck['status']): number => checks.filter(({ status }) => status === wanted).length;
  const counts = vscode.l10n.t('{0} passed, {1} to look at, {2} failed.', count('pass'), count('warn'), count('fail'));
  if (state === 'running') return vscode.l10n.t('The test is under way: {0}', counts);
  if (state === 'cancelled') return vscode.l10n.t('The test was cancelled: {0}', counts);
  return counts;
}

function statusInWords(status: EndpointCheck['status']): string {
  switch (status) {
    case 'pass':
      return vscode.l10n.t('Passed');
    case 'warn':
      return `**${vscode.l10n.t('Look at it')}**`;
    case 'fail':
      return `**${vscode.l10n.t('Failed')}**`;
  }
}

/** One that is not known yet keeps the name that it has for programs. */
function checkInWords(id: string): string {
  const words: Readonly<Record<string, string>> = {
    probe: vscode.l10n.t('Server'),
    context: vscode.l10n.t('Context window'),
    metrics: vscode.l10n.t('Metrics'),
    prompt: vscode.l10n.t('Prompt'),
    streaming: vscode.l10n.t('Streaming'),
    'first-token': vscode.l10n.t('First token'),
    speed: vscode.l10n.t('Speed'),
    'prefix-cache': vscode.l10n.t('Prefix cache'),
    grammar: vscode.l10n.t('Action grammar'),
    abort: vscode.l10n.t('Stopping'),
    reply: vscode.l10n.t('Reply'),
  };
  return words[id] ?? id;
}
