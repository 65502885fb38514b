import * as vscode from 'vscode';
import { succeeded } from '../agent/trajectory';
import type { Endpoints } from './endpoints';
import type { Run } from './run';
import type { Runs } from './runs';

/** Ticks off the steps of the walkthrough in package.json, each when it was really done. */
export function trackWalkthrough(runs: Runs, endpoints: Endpoints): vscode.Disposable {
  const done = (step: string): void => void vscode.commands.executeCommand('setContext', `agentlm.${step}`, true);
  const look = (): void => {
    if (endpoints.selected) done('connected');
  };
  const hear = (run: Run): void => {
    if (run.verdict === 'accepted') done('firstAccepted');
    if (!run.trajectory || !succeeded(run.trajectory.finished.outcome)) return;
    done(run.request.kind === 'os' ? 'firstRunDone' : 'firstDatabaseRunDone');
  };
  look();
  return vscode.Disposable.from(
    endpoints.onDidChange(look),
    runs.onDidStart((run) => run.onDidChange(() => hear(run))),
  );
}
