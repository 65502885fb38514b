import assert from 'node:assert/strict';
import type { Batch, Outcome, PageEvent, RunState } from '../../../src/protocol/messages';
import type { Grid } from '../../../src/protocol/reviewMessages';
import {
  awaits,
  emptyTranscript,
  judgement,
  phaseOf,
  receive,
  type Entry,
  type Transcript,
} from '../../../src/webview/chat/transcriptModel';

const step: PageEvent = { type: 'step', step: 1, limit: 8 };
const action: PageEvent = { type: 'action', step: 1, kind: 'bash', text: 'ls', thought: 'I list.' };
const approved: PageEvent = { type: 'approval', step: 1, decision: { verdict: 'run' } };
const observation: PageEvent = {
  type: 'observation',
  step: 1,
  text: 'The output of the OS:\n\na',
  exitCode: 0,
  cwd: '/tmp',
  truncated: false,
};
const running = {
  phase: 'running',
  id: 'r',
  kind: 'os',
  problem: 'List the files.',
  awaiting: undefined,
  verdict: 'undecided',
  changes: 0,
  waiting: [],
  resumable: false,
  obstacles: [],
} as const satisfies RunState;

describe('The transcript', () => {
  it('grows a reply from its pieces and turns it into thought and action', () => {
    const arriving = after(step, delta('Think: I '), delta('list.'));
    assert.deepEqual(last(arriving), {
      seq: 0,
      type: 'reply',
      step: 1,
      limit: 8,
      since: 0,
      text: 'Think: I list.',
      progress: 'streaming',
    });
    const [reply, card] = after(step, delta('Think: I list.\n\nAct: bash'), action).entries;
    assert.ok(reply?.type === 'reply' && reply.progress === 'done' && reply.text === 'I list.');
    assert.deepEqual(card, {
      seq: 2,
      type: 'action',
      step: 1,
      language: 'bash',
      text: 'ls',
      fate: { is: 'proposed' },
      edited: undefined,
    });
  });

  it('keeps one line for a server that is waited for, above the reply that does not come', () => {
    const waiting = (attempt: number): PageEvent => ({
      type: 'notice',
      notice: { code: 'waiting', reason: 'The server is loading.', waitMs: 2000, attempt },
    });
    const { entries } = after(step, waiting(1), waiting(2));
    assert.deepEqual(
      entries.map((entry) => (entry.type === 'notice' ? entry.notice : entry.type)),
      [{ code: 'waiting', reason: 'The server is loading.', waitMs: 2000, attempt: 2 }, 'reply'],
    );
  });

  it('measures a command from the decision to its output', () => {
    const transcript = after(step, action, approved, observation);
    const card = last(transcript);
    assert.ok(card?.type === 'action' && card.fate.is === 'done');
    assert.equal(card.fate.milliseconds, 10);
    assert.equal(card.fate.observation.exitCode, 0);
  });

  it('keeps what the model wrote beside what was run instead', () => {
    const card = last(after(step, action, decision({ verdict: 'edit', text: 'ls -la' })));
    assert.ok(card?.type === 'action' && card.fate.is === 'running');
    assert.deepEqual([card.text, card.edited], ['ls', 'ls -la']);
  });

  it('shows the reason of a skip, not what the model is told of it', () => {
    const card = last(after(step, action, decision({ verdict: 'skip', reason: 'Too slow.' }), observation));
    assert.ok(card?.type === 'action');
    assert.deepEqual(card.fate, { is: 'skipped', reason: 'Too slow.' });
  });

  it('leaves nothing running when the run is over', () => {
    const stopped = after(step, action, approved, finished('stopped'));
    assert.deepEqual(
      stopped.entries.map((entry) => (entry.type === 'action' ? entry.fate.is : entry.type)),
      ['reply', 'stopped', 'outcome'],
    );
    const cut = after(step, delta('Think: I'), finished('stopped')).entries[0];
    assert.ok(cut?.type === 'reply' && cut.progress === 'done' && cut.text === 'Think: I');
  });

  it('puts what is said about a prompt above the reply to it, and what is said about a reply below', () => {
    const trimmed: PageEvent = { type: 'notice', notice: { code: 'trimmed', omittedTurns: 2, promptTokens: 3000 } };
    const malformed: PageEvent = {
      type: 'notice',
      notice: { code: 'malformed', problem: { code: 'no-action', sentence: '' } },
    };
    assert.deepEqual(types(after(step, trimmed, delta('a'))), ['notice', 'reply']);
    assert.deepEqual(types(after(step, delta('a'), malformed)), ['reply', 'notice']);
    assert.deepEqual(types(after(step, malformed)), ['reply', 'notice']);
  });

  it('approves the right card though a notice stands below it', () => {
    const repetition: PageEvent = { type: 'notice', notice: { code: 'repetition' } };
    const transcript = after(step, action, repetition, approved);
    assert.equal(phaseOf(running, transcript), 'running');
  });

  it('ends with answer and outcome', () => {
    const transcript = after(step, finished('answered', ['17', '18']));
    assert.deepEqual(transcript.entries.slice(1), [
      { seq: 1, type: 'answer', answer: ['17', '18'], query: undefined },
      { seq: 1, type: 'outcome', outcome: 'answered', steps: 1, milliseconds: 1200 },
    ]);
  });

  it('shows beside the answer the last statement that gave rows, as it was run', () => {
    const result: Grid = { columns: [{ name: 'a', kind: 'integer' }], rows: [[1]], rowCount: 1, complete: true };
    const sql: PageEvent = { type: 'action', step: 1, kind: 'sql', text: 'SELECT 2', thought: '' };
    const edited: PageEvent = { type: 'approval', step: 1, decision: { verdict: 'edit', text: 'SELECT 1' } };
    const rows: PageEvent = { ...observation, result };
    const transcript = after(step, sql, edited, rows, step, sql, approved, observation, finished('answered', ['1']));
    const answer = transcript.entries.find(({ type }) => type === 'answer');
    assert.ok(answer?.type === 'answer');
    assert.deepEqual(answer.query, { text: 'SELECT 1', result });
  });

  it('remembers how full the window is', () => {
    const context: PageEvent = { type: 'context', promptTokens: 900, reservedTokens: 1024, contextLength: 4096 };
    assert.deepEqual(after(step, context, delta('a')).context, { prompt: 900, reserved: 1024, window: 4096 });
  });
});

describe('A page that receives batches', () => {
  it('goes on where the last one ended', () => {
    const first = receive(emptyTranscript, batch(0, step, delta('a')));
    assert.ok(first);
    const second = receive(first, batch(2, delta('b')));
    assert.ok(second);
    const reply = last(second);
    assert.ok(reply?.type === 'reply' && reply.text === 'ab');
  });

  it('notices that something is missing', () => {
    const first = receive(emptyTranscript, batch(0, step));
    assert.ok(first);
    assert.equal(receive(first, batch(2, delta('b'))), undefined);
    assert.equal(receive(first, { ...batch(1, delta('b')), runId: 'another' }), undefined);
  });

  it('begins anew with a batch that opens it, of this run or another', () => {
    const first = receive(emptyTranscript, batch(0, step, delta('a')));
    assert.ok(first);
    const again = receive(first, { ...batch(0, step), runId: 'another' });
    assert.deepEqual([again?.runId, again?.next, again?.entries.length], ['another', 1, 1]);
  });

  it('leaves the entries that did not change the very same objects', () => {
    const first = receive(emptyTranscript, batch(0, step, action));
    assert.ok(first);
    const second = receive(first, batch(2, approved));
    assert.ok(second);
    assert.equal(second.entries[0], first.entries[0]);
    assert.notEqual(second.entries[1], first.entries[1]);
    assert.ok(first.entries[1]?.type === 'action' && first.entries[1].fate.is === 'proposed');
  });
});

describe('The phase of a run', () => {
  it('follows it from the first word to the last', () => {
    assert.equal(phaseOf({ phase: 'idle' }, emptyTranscript), 'idle');
    assert.equal(phaseOf({ ...running, phase: 'opening' }, emptyTranscript), 'opening');
    assert.equal(phaseOf(running, after(step)), 'waiting');
    assert.equal(phaseOf(running, after(step, delta('a'))), 'streaming');
    assert.equal(phaseOf({ ...running, awaiting: 1 }, after(step, action)), 'approval');
    assert.equal(phaseOf(running, after(step, action, approved)), 'running');
    assert.equal(phaseOf(running, after(step, action, approved, observation)), 'waiting');
    assert.equal(phaseOf({ ...running, phase: 'ended' }, after(step, finished('stopped'))), 'ended');
  });

  it('asks for approval of the waiting action only', () => {
    const { entries } = after(step, action);
    assert.equal(awaits({ ...running, awaiting: 1 }, entries[1]), true);
    assert.equal(awaits({ ...running, awaiting: 2 }, entries[1]), false);
    assert.equal(awaits({ ...running, awaiting: 1, phase: 'ended' }, entries[1]), false);
    assert.equal(awaits({ ...running, awaiting: 1 }, entries[0]), false);
  });
});

describe('The judgement of a run', () => {
  const ended = { ...running, phase: 'ended', obstacles: ['no-answer'] } as const;

  it('is asked for once it has ended, with what stands in its way', () => {
    assert.equal(judgement(running, after(step)), undefined);
    assert.deepEqual(judgement(ended, after(step, finished('step-limit'))), ['no-answer']);
  });

  it('is not asked for where nothing came about', () => {
    assert.equal(judgement(ended, after({ type: 'failure', message: 'x', code: undefined })), undefined);
    assert.equal(judgement(ended, after(step, finished('failed'))), undefined);
  });
});

/** Events ten milliseconds apart. */
function after(...events: readonly PageEvent[]): Transcript {
  const transcript = receive(emptyTranscript, batch(0, ...events));
  assert.ok(transcript);
  return transcript;
}

function batch(first: number, ...events: readonly PageEvent[]): Batch {
  return {
    runId: 'r',
    first,
    ...(first === 0 && { opens: true }),
    now: 0,
    events: events.map((event, index) => ({ at: index * 10, event })),
  };
}

function last({ entries }: Transcript): Entry | undefined {
  return entries.at(-1);
}

function types({ entries }: Transcript): string[] {
  return entries.map(({ type }) => type);
}

function delta(text: string): PageEvent {
  return { type: 'delta', text };
}

function decision(decision: Extract<PageEvent, { readonly type: 'approval' }>['decision']): PageEvent {
  return { type: 'approval', step: 1, decision };
}

function finished(outcome: Outcome, answer: string | readonly string[] | null = null): PageEvent {
  return {
    type: 'finished',
    outcome,
    answer,
    steps: 1,
    usage: { promptTokens: 1, completionTokens: 1, cachedTokens: null },
    time: { totalMs: 1200, modelMs: 1000, environmentMs: 100, overheadMs: 100 },
  };
}
