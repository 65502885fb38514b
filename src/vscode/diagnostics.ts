import * as vscode from 'vscode';
import type { ApiKeys } from './endpoints/apiKeys';
import { demoProfile, type EndpointProfile } from './endpoints/endpointProfiles';
import type { Endpoints, Health } from './endpoints/endpoints';
import type { RecentErrors } from './recentErrors';
import type { Settings } from './settings';

/** Puts what helps somebody else to help onto the clipboard, and says so. */
export async function copyDiagnostics(
  { version, contributes }: Manifest,
  endpoints: Endpoints,
  keys: Pick<ApiKeys, 'get'>,
  settings: Pick<Settings, 'chosen'>,
  errors: RecentErrors,
): Promise<void> {
  const profiles = [...(endpoints.selected === demoProfile ? [demoProfile] : []), ...endpoints.profiles];
  const text = diagnosticsText({
    version,
    selected: endpoints.selected,
    endpoints: await Promise.all(
      profiles.map(async (profile) => ({
        profile,
        health: endpoints.health(profile),
        hasKey: (await keys.get(profile)) !== undefined,
      })),
    ),
    problems: endpoints.problems.length,
    settings: { chosen: (key) => settings.chosen(key), schemas: contributes.configuration.properties },
    errors: errors.last,
  });
  await vscode.env.clipboard.writeText(text);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The diagnostics are on the clipboard. They hold no keys, no paths and nothing of your tasks.'),
  );
}

/** The package.json of the extension, as far as it is needed here. */
export interface Manifest {
  readonly version: string;
  readonly contributes: { readonly configuration: { readonly properties: Readonly<Record<string, SettingSchema>> } };
}

export interface DiagnosticsParts {
  readonly version: string;
  readonly selected: EndpointProfile | undefined;
  readonly endpoints: readonly {
    readonly profile: EndpointProfile;
    readonly health: Health;
    readonly hasKey: boolean;
  }[];
  /** Entries of the settings that cannot be used. */
  readonly problems: number;
  readonly settings: Pick<Settings, 'chosen'> & { readonly schemas: Readonly<Record<string, SettingSchema>> };
  readonly errors: readonly string[];
}

/**
 * Versions, endpoints, settings and the last errors, in English. It is safe by what it is made of: of texts that a user
 * wrote only names and the origins of addresses appear, of errors only what we wrote ourselves.
 */
export function diagnosticsText({
  version,
  selected,
  endpoints,
  problems,
  settings,
  errors,
}: DiagnosticsParts): string {
  return [
    '# AgentLM diagnostics',
    '',
    `AgentLM ${version}, ${vscode.env.appName} ${vscode.version}, Node ${process.versions.node}`,
    `${process.platform} ${process.arch}, language ${vscode.env.language}, remote ${vscode.env.remoteName ?? 'none'}, ${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'}`,
    `Workspace: ${vscode.workspace.isTrusted ? 'trusted' : 'restricted'}, ${vscode.workspace.workspaceFolders?.length ?? 0} folders`,
    '',
    '## Endpoints',
    '',
    ...endpoints.flatMap(({ profile, health, hasKey }) => endpointLines(profile, health, hasKey, profile === selected)),
    ...(endpoints.length === 0 ? ['None.'] : []),
    ...(problems === 0 ? [] : [`Entries that cannot be used: ${problems}`]),
    '',
    '## Settings that were changed',
    '',
    ...settingLines(settings),
    '',
    '## Last errors',
    '',
    ...(errors.length === 0 ? ['None.'] : errors.map((error) => `- ${error}`)),
    '',
  ].join('\n');
}

function endpointLines(
  { name, url, headers, proxy, ...rest }: EndpointProfile,
  { status, facts, grammarFails }: Health,
  hasKey: boolean,
  isSelected: boolean,
): string[] {
  const told = [
    `address ${addressOf(url)}`,
    `key ${hasKey ? 'set' : 'none'}`,
    ...(headers ? [`headers ${Object.keys(headers).join(', ')}`] : []),
    ...(proxy === undefined ? [] : [`proxy ${addressOf(proxy)}`]),
    ...(rest.sessionHeader === undefined ? [] : ['session header set']),
    ...(rest.caFile === undefined ? [] : ['CA file set']),
    ...(rest.clientCertificate ? ['client certificate set'] : []),
    ...(['model', 'contextLength', 'parallel', 'engine', 'constrain'] as const).flatMap((key) =>
      rest[key] === undefined ? [] : [`${key} ${rest[key]}`],
    ),
  ];
  const found = facts
    ? `${facts.engine} ${facts.version ?? '(no version)'}, ${facts.models?.map(({ id }) => id).join(', ') ?? 'no list of models'}, ${facts.contextLength ?? 'unknown'} tokens, grammar ${facts.grammar}`
    : 'not looked at';
  return [
    `- ${name}${isSelected ? ' (selected)' : ''}: ${told.join(', ')}`,
    `  ${status}: ${found}${grammarFails ? ', grammar fails' : ''}`,
  ];
}

/** Scheme, host and port. A path can hold a token as well as a query can: of one it is only said that it is there. */
function addressOf(url: string): string {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return 'that is none';
  const { protocol, host, pathname } = new URL(url);
  const usual = /^(?:\/v1)?\/?$/.exec(pathname)?.[0];
  return `${protocol}//${host}${usual ?? '/…'}`;
}

/** What the manifest says of a setting, as far as it tells which values can hold nothing of the user's. */
interface SettingSchema {
  readonly type: string;
  readonly enum?: readonly string[];
}

/** Numbers, switches and choices are told; of texts and lists, which can hold paths and keys, only that they are set. */
function settingLines(settings: DiagnosticsParts['settings']): string[] {
  const lines = Object.entries(settings.schemas).flatMap(([id, schema]) => {
    const value = settings.chosen(id.replace(/^agentlm\./, '') as never);
    return value === undefined ? [] : [`- ${id}: ${told(value, schema)}`];
  });
  return lines.length === 0 ? ['None.'] : lines;
}

/** A user can write anything into the file: a text that is no choice of ours is not repeated. */
function told(value: unknown, schema: SettingSchema): string {
  if (schema.type === 'array' || (schema.type === 'string' && !schema.enum)) return 'set';
  const fits = schema.enum ? schema.enum.some((choice) => choice === value) : /^(number|boolean)$/.test(typeof value);
  return fits ? String(value) : 'not of its type';
}
