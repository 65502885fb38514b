import assert from 'node:assert/strict';
import type { Announced, PageEvent, PageState, RunningCommand, RunState } from '../../../src/protocol/messages';
import { announcement } from '../../../src/webview/chat/announcement';
import type { Say } from '../../../src/webview/page';
import { emptyTranscript, receive } from '../../../src/webview/chat/transcriptModel';

const running = {
  phase: 'running',
  id: 'r',
  kind: 'db',
  problem: 'How many?',
  awaiting: undefined,
  verdict: 'undecided',
  changes: 0,
  waiting: [],
  resumable: false,
  obstacles: [],
} as const satisfies RunState;
const step: PageEvent = { type: 'step', step: 1, limit: 8 };
const action: PageEvent = { type: 'action', step: 1, kind: 'bash', text: 'ls', thought: '' };
const approved: PageEvent = { type: 'approval', step: 1, decision: { verdict: 'run' } };
const observation: PageEvent = {
  type: 'observation',
  step: 1,
  text: '',
  exitCode: 2,
  cwd: null,
  truncated: false,
};

describe('What a screen reader is told', () => {
  it('is one sentence for all that streams in', () => {
    const first = said(running, step, { type: 'delta', text: 'Think: ' });
    assert.equal(first, 'status.answering');
    assert.equal(said(running, step, { type: 'delta', text: 'Think: I list' }), first);
  });

  it('names the command that waits', () => {
    assert.equal(said({ ...running, awaiting: 1 }, step, action), 'status.approval ls');
  });

  it('is the exit code while the model reads the output', () => {
    assert.equal(said(running, step, action, approved), 'status.running');
    assert.equal(said(running, step, action, approved, observation, { ...step, step: 2 }), 'status.exit 2');
  });

  it('is what a running command waits for', () => {
    const doing = (state: RunningCommand['state']): RunState => ({
      ...running,
      command: { state, lines: ['x'] },
    });
    const states = ['running', 'waiting-for-input', 'waiting-for-secret', 'long'] as const;
    assert.deepEqual(
      states.map((state) => said(doing(state), step, action, approved)),
      ['status.running', 'status.input', 'status.secret', 'status.long'],
    );
  });

  it('is the answer, once, and how it ended', () => {
    const finished: PageEvent = {
      type: 'finished',
      outcome: 'answered',
      answer: ['Ada', 'Grace'],
      steps: 1,
      usage: { promptTokens: 0, completionTokens: 0, cachedTokens: null },
      time: { totalMs: 0, modelMs: 0, environmentMs: 0, overheadMs: 0 },
    };
    assert.equal(said({ ...running, phase: 'ended' }, step, finished), 'status.answer Ada, Grace outcome.answered');
  });

  it('is why there is no reply yet, before the run and in it, until there is one', () => {
    const waiting: PageEvent = {
      type: 'notice',
      notice: { code: 'waiting', reason: 'The server is loading.', waitMs: 2000, attempt: 1 },
    };
    const words = 'notice.waiting The server is loading. seconds 2';
    assert.equal(said({ ...running, phase: 'opening' }, waiting), words);
    assert.equal(said(running, step, waiting), words);
    assert.equal(said(running, step, waiting, { type: 'delta', text: 'Think' }), 'status.answering');
  });

  it('is nothing before the first run', () => {
    assert.equal(said({ phase: 'idle' }), '');
    assert.equal(said({ ...running, phase: 'opening' }), 'opening.db');
  });

  it('is which endpoint is waited for', () => {
    const endpoint = { status: 'connecting', label: 'lab', demo: false, elapsedMs: 0 } as const;
    const opening = { ...running, phase: 'opening' } as const;
    assert.equal(saidIn({ run: { phase: 'idle' }, endpoint, announced: 'each' }), 'endpoint.connectingTo lab');
    assert.equal(saidIn({ run: opening, endpoint, announced: 'each' }), 'endpoint.connectingTo lab');
  });

  it('is no more than the user wants to hear', () => {
    const saidTo = (announced: Announced, run: RunState): string =>
      saidIn(
        { run, endpoint: lab, announced },
        step,
        action,
        ...(run.phase === 'running' && run.command ? [approved] : []),
      );
    const doing = (state: RunningCommand['state']): RunState => ({ ...running, command: { state, lines: [] } });
    const moments = [{ ...running, awaiting: 1 }, doing('running'), doing('waiting-for-input')];
    const heard = (announced: Announced): readonly string[] => moments.map((run) => saidTo(announced, run));
    assert.deepEqual(heard('each'), ['status.approval ls', 'status.running', 'status.input']);
    assert.deepEqual(heard('final'), ['status.approval ls', '', 'status.input']);
    assert.deepEqual(heard('off'), ['', '', '']);
  });
});

const lab: PageState['endpoint'] = { status: 'ready', label: 'lab', demo: false };

function said(run: RunState, ...events: readonly PageEvent[]): string {
  return saidIn({ run, endpoint: lab, announced: 'each' }, ...events);
}

function saidIn(state: Pick<PageState, 'run' | 'endpoint' | 'announced'>, ...events: readonly PageEvent[]): string {
  const batch = {
    runId: 'r',
    first: 0,
    opens: true,
    now: 0,
    events: events.map((event) => ({ at: 0, event })),
  } as const;
  const say: Say = (key, ...values) => [key, ...values].join(' ');
  return announcement(state, receive(emptyTranscript, batch) ?? emptyTranscript, say);
}
