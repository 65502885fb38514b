import * as vscode from 'vscode';
import { UserError } from '../agent/errors';

/** What the rest of vscode/ needs of the log. Prompts, outputs and keys are never written to it. */
export interface Log {
  error(error: unknown): void;
}

/** The output channel as a log: errors with their stack and their causes. */
export function channelLog(channel: vscode.LogOutputChannel): Log {
  return {
    error: (error) => channel.error(describe(error)),
  };
}

/** An error in words for the user. What is not the user's to mend is a bug: one plain sentence, the rest is in the log. */
export function sentence(error: unknown): string {
  return UserError.is(error)
    ? vscode.l10n.t(error.template, ...error.values.map((value) => withoutLinks(String(value))))
    : vscode.l10n.t('Something went wrong in AgentLM. The log has the details.');
}

/**
 * Somebody else's text for a notification or an input box. There VS Code makes links of `[words](command:…)`, which run
 * commands: with a space in between it is text.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/** Logs what a user could not have mended, and shows every failure with the way to the log. */
export function report(log: Log, error: unknown): void {
  log.error(error);
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window.showErrorMessage(sentence(error), showLog).then(async (choice) => {
    if (choice === showLog) await vscode.commands.executeCommand('agentlm.showLog');
  });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = UserError.is(error) ? `${error.code}: ${error.message}` : (error.stack ?? error.message);
  return error.cause === undefined ? text : `${text}\nCaused by: ${describe(error.cause)}`;
}
