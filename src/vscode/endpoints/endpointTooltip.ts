import * as vscode from 'vscode';
import { demoProfile, type EndpointProfile } from './endpointProfiles';
import { labelOf, type Health } from './endpoints';
import { serverInWords } from './endpointWords';
import { sentence } from '../report';
import type { Watched } from './serverWatch';

/** What the status bar says about an endpoint, a line each. What a server said of itself is in it. */
export function endpointTooltip(profile: EndpointProfile, health: Health, watched: Watched | undefined): string[] {
  const { facts, status, error } = health;
  const contextLength = profile.contextLength ?? facts?.contextLength;
  const model = profile.model ?? facts?.models?.[0]?.id;
  if (profile === demoProfile) {
    return [vscode.l10n.t('The demo endpoint: a script, not a model.'), ...activity(watched)];
  }
  return [
    vscode.l10n.t('Endpoint: {0} ({1})', labelOf(profile), profile.url),
    ...(status === 'failed' ? [sentence(error)] : []),
    ...(facts ? [vscode.l10n.t('Server: {0}', serverInWords(facts))] : []),
    ...(model === undefined ? [] : [vscode.l10n.t('Model: {0}', model)]),
    ...(contextLength === undefined ? [] : [vscode.l10n.t('Context window: {0} tokens', contextLength)]),
    ...(facts || health.grammarFails
      ? [vscode.l10n.t('Held to the action grammar: {0}', constrained(profile, health))]
      : []),
    ...activity(watched),
  ];
}

function constrained({ constrain }: EndpointProfile, { facts, grammarFails }: Health): string {
  if (constrain === false) return vscode.l10n.t('no, switched off');
  if (grammarFails) return vscode.l10n.t('no, the server refuses or ignores it');
  return facts?.grammar === 'none' ? vscode.l10n.t('no, the server cannot') : vscode.l10n.t('yes');
}

function activity(watched: Watched | undefined): string[] {
  if (!watched) return [];
  const { speed, metrics } = watched;
  const { running, waiting, memoryUse, tokensPerSecond } = metrics ?? {};
  const queue = [
    ...(running === undefined ? [] : [vscode.l10n.t('{0} running', running)]),
    ...(waiting === undefined ? [] : [vscode.l10n.t('{0} waiting', waiting)]),
    ...(memoryUse === undefined ? [] : [vscode.l10n.t('{0}% of its memory', Math.round(memoryUse * 100))]),
    ...(tokensPerSecond === undefined ? [] : [vscode.l10n.t('{0} tokens a second', round(tokensPerSecond))]),
  ];
  const own = [
    ...(speed.firstTokenMs === undefined
      ? []
      : [vscode.l10n.t('first token after {0} s', (speed.firstTokenMs / 1000).toFixed(2))]),
    ...(speed.tokensPerSecond === undefined
      ? []
      : [vscode.l10n.t('about {0} tokens a second', round(speed.tokensPerSecond))]),
  ];
  return [
    ...(queue.length > 0 ? [vscode.l10n.t('Server, all its users: {0}', queue.join(', '))] : []),
    ...(own.length > 0 ? [vscode.l10n.t('This task: {0}', own.join(', '))] : []),
  ];
}

function round(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}
