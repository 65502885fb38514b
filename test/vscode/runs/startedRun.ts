import type { Decision } from '../../../src/agent/approval';
import type { AgentEvent, EventOf } from '../../../src/agent/events';
import type { RunRequest, StartRun } from '../../../src/agent/session';
import { Runs } from '../../../src/vscode/runs/runs';
import type { Run } from '../../../src/vscode/runs/run';

/** What a run does next: an event, or an action to be approved. */
export type Move = AgentEvent | { readonly propose: string };

const request: RunRequest = { kind: 'os', problem: 'Count the files.', place: '/tmp' };

export const started: EventOf<'started'> = {
  type: 'started',
  id: 'os_1',
  kind: 'os',
  problem: request.problem,
  model: 'agentlm-7b',
  stepLimit: 8,
};

export function finished(
  outcome: Extract<AgentEvent, { readonly type: 'finished' }>['outcome'],
  answer: string | null = null,
): AgentEvent {
  const usage = { promptTokens: 0, completionTokens: 0, cachedTokens: null };
  const time = { totalMs: 0, modelMs: 0, environmentMs: 0, overheadMs: 0 };
  return { type: 'finished', outcome, answer, steps: 1, usage, time };
}

/** A run that makes these moves one after the other, an action waiting for its decision; and what was decided. */
export function startRunOf(...moves: readonly Move[]): { readonly run: Run; readonly runs: Runs; decided: Decision[] } {
  const decided: Decision[] = [];
  const startRun: StartRun = (_, approve, signal) => {
    async function* events(): AsyncGenerator<AgentEvent> {
      for (const move of moves) {
        await Promise.resolve();
        if ('propose' in move) decided.push(await approve({ step: 1, kind: 'bash', text: move.propose }, signal));
        else yield move;
      }
    }
    return Promise.resolve({ events: events(), terminal: undefined });
  };
  const runs = new Runs(startRun);
  return { run: runs.start(request), runs, decided };
}
