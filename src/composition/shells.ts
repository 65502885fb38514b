import * as vscode from 'vscode';
import type { SandboxKind } from '../agent/environment';
import type { SandboxOptions } from '../runtime/shell/sandbox/openSandbox';
import type { GuardState, SandboxFinder } from '../vscode/runs/guard';
import { sentence } from '../vscode/report';
import type { Settings } from '../vscode/settings';
import type { OpenTerminalShell } from '../vscode/native/terminalProfile';
import type { Storage } from './storage';

/** What stands between a run and the machine. */
export type Guarded = GuardState & { readonly sandbox: SandboxKind };

/** Where commands run. */
export interface Shells extends SandboxFinder {
  sandboxOptions(guarded: Guarded): SandboxOptions;
  /** @param guarded where the agent's commands would run */
  openTerminalShell(folder: string, guarded: Guarded): ReturnType<OpenTerminalShell>;
  /** Closes the terminals' shells; those of runs end with their runs. */
  close(): Promise<void>;
}

export function createShells(settings: Settings, storage: Storage): Shells {
  /** Of terminals that a user opened, by what closes them. */
  const open = new Set<() => Promise<void>>();

  const sandboxOptions: Shells['sandboxOptions'] = ({ sandbox: kind, network }) => {
    if (kind === 'off') return { kind };
    const writeLimitBytes = settings.get('sandbox.writeLimit') * 1024 * 1024;
    const limits = { network, writeLimitBytes, storage: storage.changes };
    return kind === 'workspace' ? { kind, ...limits } : { kind, ...limits, image: settings.get('sandbox.image') };
  };

  return {
    sandboxOptions,
    async find(kind) {
      if (kind === 'container') {
        if (settings.get('sandbox.image') !== '') return { available: true };
        return { reason: vscode.l10n.t('Name an image in the setting agentlm.sandbox.image first.') };
      }
      const { probeSandbox } = await import('../runtime/shell/sandbox/probe');
      const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
      const missing = await probeSandbox(storage.changes, folder && { workspace: folder.uri.fsPath });
      return missing ? { reason: sentence(missing) } : { available: true };
    },
    async openTerminalShell(folder, guarded) {
      const { openTerminalShell } = await import('../runtime/terminalShell');
      const shell = await openTerminalShell(
        folder,
        vscode.l10n.t('AgentLM Sandbox'),
        sandboxOptions(guarded),
        new AbortController().signal,
      );
      const close = async (): Promise<void> => {
        open.delete(close);
        await shell.close();
      };
      open.add(close);
      return { ...shell, close };
    },
    async close() {
      await Promise.all([...open].map((close) => close()));
    },
  };
}
