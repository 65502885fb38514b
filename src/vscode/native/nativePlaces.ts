import * as vscode from 'vscode';
import type { Actions } from '../actions';
import { registerTools } from './agentTools';
import { registerChatParticipant } from './chatParticipant';
import type { Endpoints } from '../endpoints/endpoints';
import type { Guard } from '../runs/guard';
import { registerModelProvider, type PlainModels } from './modelProvider';
import type { Recording } from '../trajectories/recording';
import type { Log } from '../report';
import type { Runs } from '../runs/runs';
import type { Settings } from '../settings';
import { registerTaskProvider } from './taskProvider';
import { registerTerminalLinks } from './terminalLinks';
import { registerTerminalProfile, type OpenTerminalShell } from './terminalProfile';

export interface NativeParts {
  readonly extensionUri: vscode.Uri;
  readonly runs: Runs;
  readonly actions: Actions;
  readonly endpoints: Endpoints;
  readonly recording: Recording;
  readonly settings: Settings;
  readonly guard: Guard;
  readonly models: PlainModels;
  readonly openTerminalShell: OpenTerminalShell;
  readonly showChat: () => Promise<void>;
  readonly log: Log;
}

/** AgentLM in the places that VS Code has of its own: its chat, its models, its tools, its tasks, its terminals. */
export function registerNativePlaces(parts: NativeParts): vscode.Disposable {
  const { extensionUri, runs, actions, endpoints, settings, models, log } = parts;
  return vscode.Disposable.from(
    registerChatParticipant(extensionUri, runs, actions, log),
    registerModelProvider(endpoints, settings, () => actions.connectEndpoint(), models, log),
    registerTools(parts),
    registerTaskProvider(runs, actions),
    registerTerminalProfile(parts.openTerminalShell, log),
    registerTerminalLinks(),
  );
}
