import { globSync } from 'node:fs';
import type { AcceptState, ShownTurn } from '../../src/protocol/acceptMessages';
import type { ExportState } from '../../src/protocol/exportMessages';
import type { Conversation, EvaluationReport, ResultsState } from '../../src/protocol/resultsMessages';
import type { StatisticsState, TrajectoryStatistics } from '../../src/protocol/statisticsMessages';
import type { LossView, RowHead, RowView, TrajectorySummary, ViewerState } from '../../src/protocol/viewerMessages';
import { acceptStrings } from '../../src/vscode/trajectories/acceptStrings';
import { resultsStrings } from '../../src/vscode/evaluation/evaluationWords';
import { exportStrings } from '../../src/vscode/trajectories/exportWords';
import { statisticsStrings } from '../../src/vscode/trajectories/statisticsStrings';
import { trajectoryStrings } from '../../src/vscode/trajectories/trajectoryStrings';

/** A page of ours in an editor, what the extension answers to each of its questions, and what the user does then. */
export interface PageState {
  readonly page: EditorPage;
  readonly answers: Readonly<Record<string, unknown>>;
  /** What is clicked, and what is there then, as selectors. */
  readonly click?: string;
  readonly shows: string;
}

/** The pages in editors, by the names of their bundles, with the style sheets of each. */
export const editorPages = {
  review: ['chat.css', 'review.css'],
  accept: ['chat.css', 'accept.css'],
  export: ['chat.css', 'export.css'],
  results: ['chat.css', 'results.css'],
  statistics: ['chat.css', 'trajectories.css', '../dist/webview/statistics.css'],
  viewer: ['chat.css', 'trajectories.css'],
  compare: ['chat.css', 'trajectories.css'],
} as const;

export type EditorPage = keyof typeof editorPages;

/** The script of the chat, and that of each page in an editor. */
export const entryPoints = ['chat', ...Object.keys(editorPages)].flatMap((name) =>
  globSync(`src/webview/*/${name}.ts`),
);

/** Every state of these pages, each of whose texts of somebody else is this one. */
export function pageStates(text: string): Readonly<Record<string, PageState>> {
  return {
    ...prefixed('accept', acceptStates(text)),
    ...prefixed('export', exportStates(text)),
    ...prefixed('results', resultsStates(text)),
    ...prefixed('statistics', statisticsStates(text)),
    ...prefixed('viewer', viewerStates(text)),
    comparison: {
      page: 'compare',
      shows: '.turn',
      answers: {
        ready: { rows: [row(text), { ...row(text), summary: summary('Another task.') }], strings: trajectoryStrings() },
      },
    },
  };
}

function prefixed(name: string, states: Readonly<Record<string, PageState>>): Readonly<Record<string, PageState>> {
  return Object.fromEntries(Object.entries(states).map(([state, value]) => [`${name}, ${state}`, value]));
}

function acceptStates(text: string): Readonly<Record<string, PageState>> {
  const turns: readonly ShownTurn[] = [
    { from: 'human', loss: null, pieces: [{ text }], text, original: undefined },
    {
      from: 'gpt',
      loss: true,
      pieces: [
        { text: 'Think: I look.\n\nAct: bash\n\n' },
        { text, secret: 'waiting' },
        { text: 'hunter2', secret: { becomes: '<PASSWORD_1>' } },
        { text },
      ],
      text,
      original: undefined,
    },
    { from: 'human', loss: null, pieces: [{ text }], text, original: undefined },
    { from: 'gpt', loss: false, pieces: [{ text }], text, original: text },
  ];
  const waiting: AcceptState = {
    problem: text,
    model: text,
    outcome: 'answered',
    phase: 'waiting',
    recording: true,
    secrets: [
      { secret: text, kind: 'password', replacement: '<PASSWORD_1>', turns: [1, 3], decision: undefined },
      { secret: 'ghp_x', kind: 'github-token', replacement: '<GITHUB_TOKEN_1>', turns: [1], decision: 'replace' },
    ],
    problems: [
      { sentence: 'The reply holds no action.', detail: text, turn: 1, blocks: true },
      { sentence: 'The same row was seen before.', detail: '', turn: null, blocks: false },
    ],
    turns,
    givenTurns: 1,
    file: undefined,
  };
  const clear = { ...waiting, problems: [], secrets: [] };
  const show = (state: AcceptState): PageState => ({
    page: 'accept',
    answers: { ready: { state, strings: acceptStrings() } },
    shows: '.turn',
  });
  return {
    checking: show({ ...clear, phase: 'checking' }),
    'to be decided on': show(waiting),
    'not recorded': show({ ...waiting, recording: false }),
    ready: show(clear),
    correcting: { ...show(clear), click: '.turn .buttons button', shows: 'textarea' },
    accepted: show({ ...clear, phase: 'accepted', file: text }),
    rejected: show({ ...clear, phase: 'rejected' }),
  };
}

function exportStates(text: string): Readonly<Record<string, PageState>> {
  const ready: ExportState = {
    format: 'FastChat',
    phase: 'ready',
    learnGiven: true,
    written: [],
    preview: {
      rows: 12,
      testRows: 0,
      examples: 14,
      refusedRows: 3,
      refused: [
        { id: text, code: 'roles', turn: 2, detail: text },
        { id: null, code: 'unreadable', turn: null, detail: 'The row is no JSON.' },
      ],
      samples: [
        {
          id: text,
          tokens: [
            ...['You', ' read', ', '].map((word) => ({ text: word, learnt: false })),
            ...[text, ' is', ' learnt'].map((word) => ({ text: word, learnt: true })),
          ],
        },
      ],
    },
  };
  const show = (state: Partial<ExportState>): PageState => ({
    page: 'export',
    answers: { ready: { state: { ...ready, ...state }, strings: exportStrings() } },
    shows: 'h1',
  });
  return {
    reading: show({ phase: 'reading', preview: undefined }),
    ready: show({}),
    nothing: show({ preview: { rows: 0, testRows: 0, examples: 0, refusedRows: 0, refused: [], samples: [] } }),
    working: show({ phase: 'working', learnGiven: undefined }),
    done: show({ phase: 'done', written: [text, 'dataset_info.json'] }),
  };
}

function resultsStates(text: string): Readonly<Record<string, PageState>> {
  const report: EvaluationReport = {
    type: 'report',
    suite: text,
    kind: 'db',
    model: text,
    endpoint: 'http://127.0.0.1:8000',
    rules: 'old',
    environment: 'sqlite',
    total: 60,
    passed: 24,
    score: 40,
    interval: { low: 29.1, high: 51.7, method: 'bootstrap' },
    categories: { [text]: { total: 20, passed: 9, score: 45 }, INSERT: { total: 20, passed: 8, score: 40 } },
    outcomes: {
      completed: 50,
      'context-limit': 1,
      'invalid-format': 4,
      'invalid-action': 2,
      'step-limit': 3,
      error: 0,
    },
    averageSteps: 2.4,
    passAt: {},
    tokens: { prompt: 1, completion: 1, cached: null },
    time: { total: 1, model: 1, environment: 0, averageTask: 1 },
    cost: null,
    missing: 2,
    comparable: false,
  };
  const task = { index: 0, task: text, category: text, passed: true, ending: 'completed', steps: 2 } as const;
  const evaluation = { id: 'a', report, digest: 'd', ended: 1.79e12, tasks: [task] };
  const state: ResultsState = {
    evaluations: [
      evaluation,
      {
        ...evaluation,
        id: 'b',
        report: { ...report, model: 'agentlm-7b' },
        tasks: [
          { ...task, passed: false },
          { ...task, index: 1, task: 'Another task.', passed: false, ending: 'invalid-format' },
        ],
      },
    ],
    published: { os: [], db: [{ model: 'AgentLM-7B', score: 30.6 }] },
  };
  const conversation: Conversation = {
    expected: text,
    detail: text,
    passed: false,
    ending: 'completed',
    answer: text,
    turns: [
      { from: 'human', loss: null, value: text },
      { from: 'gpt', loss: true, value: text },
    ],
  };
  const show = (shown: ResultsState): PageState => ({
    page: 'results',
    answers: { ready: { state: shown, strings: resultsStrings() }, conversation },
    shows: 'h1',
  });
  return {
    empty: show({ ...state, evaluations: [] }),
    scores: show(state),
    'a task, compared': { ...show(state), click: '.tall tr:last-child button', shows: '.columns' },
  };
}

function statisticsStates(text: string): Readonly<Record<string, PageState>> {
  const line = { task: 'os', model: text, instructions: 647, rows: 195, kept: 120, averageTurns: 3.85, keptRatio: 0.3 };
  const buckets = [1, 2, 3, 4, 5].map((from) => ({ from, rows: (7 * from) % 5 }));
  const outcomes = [
    { name: 'answered', count: 90 },
    { name: 'step-limit', count: 4 },
  ];
  const statistics: TrajectoryStatistics = {
    rows: 196,
    unreadable: 2,
    partial: true,
    table: [line, { ...line, task: 'kg', model: null, kept: 0, averageTurns: null, keptRatio: null }],
    tokens: { total: 123_456, learnt: 23_456, median: 812, p95: 3912, limit: 4096, overLimit: 3 },
    lengths: { width: 512, buckets: buckets.map(({ from, rows }) => ({ from: 512 * from, rows })) },
    turns: { width: 1, buckets },
    actions: [
      { name: 'bash', count: 300 },
      { name: 'none', count: 2 },
    ],
    outcomes,
    days: [0, 1, 2].map((day) => ({ day: 1.79e12 + day * 864e5, outcomes })),
    errors: [{ rule: 'repeated-action', model: text, rows: 4, of: 196, times: 9 }],
  };
  const ready: StatisticsState = { subject: text, phase: 'ready', counted: 196, statistics, language: 'en' };
  const show = (state: StatisticsState): PageState => ({
    page: 'statistics',
    answers: { ready: { state, strings: { ...trajectoryStrings(), ...statisticsStrings() } } },
    shows: 'h1',
  });
  return {
    counting: show({ ...ready, phase: 'counting', statistics: undefined }),
    ready: show(ready),
    empty: show({ ...ready, statistics: { ...statistics, rows: 0, partial: false, unreadable: 0 } }),
  };
}

function viewerStates(text: string): Readonly<Record<string, PageState>> {
  const ready: ViewerState = {
    name: text,
    phase: 'ready',
    share: 1,
    rows: 3,
    filter: {},
    matches: 3,
    stale: false,
  };
  const heads: readonly RowHead[] = [
    { position: 0, place: 'a.jsonl:1', summary: summary(text) },
    { position: 1, place: text, unreadable: text },
    { position: 2, place: 'a.jsonl:3', summary: summary('Another task.') },
  ];
  const learnt: LossView = {
    examples: [
      [
        { text: '<s>[INST] ', learnt: false, turn: null },
        { text, learnt: false, turn: 0 },
        { text, learnt: true, turn: 1 },
        { text: '</s>', learnt: true, turn: null },
      ],
    ],
    learntTokens: 40,
    tokens: 200,
  };
  const show = (state: Partial<ViewerState>, loss: LossView = learnt): PageState => ({
    page: 'viewer',
    answers: {
      ready: { state: { ...ready, ...state }, strings: trajectoryStrings(), select: 0 },
      heads,
      row: row(text),
      loss,
    },
    shows: '.turn',
  });
  return {
    reading: show({ phase: 'reading', share: 0.4 }),
    filtered: show({ phase: 'filtering', share: 0.4, filter: { text, task: 'os' }, matches: 3 }),
    steps: show({ stale: true }),
    conversation: { ...show({}), click: '.segment:nth-child(2)' },
    'what is learnt': { ...show({}), click: '.segment:nth-child(3)', shows: '.stretches' },
    'what a trainer refuses': {
      ...show({}, { refused: { turn: 1, detail: text } }),
      click: '.segment:nth-child(3)',
      shows: '.failure',
    },
    raw: { ...show({ rows: 1, matches: 1 }), click: '.segment:nth-child(4)', shows: '.turns > pre' },
  };
}

function summary(problem: string): TrajectorySummary {
  return {
    id: 'os_1',
    task: 'os',
    model: problem,
    problem,
    outcome: 'answered',
    verdict: 'accepted',
    reward: 1,
    turns: 2,
    corrected: true,
    errors: ['repeated-action'],
    tags: [problem.slice(0, 80)],
    note: problem,
  };
}

function row(text: string): RowView {
  const turn = { length: text.length, tokens: 30, action: null, errors: [], original: null };
  return {
    position: 0,
    place: 'a.jsonl:1',
    format: 'AgentInstruct',
    summary: summary(text),
    tokens: 812,
    raw: JSON.stringify({ text }, null, 2),
    turns: [
      { ...turn, from: 'human', loss: null, text, given: true },
      { ...turn, from: 'gpt', loss: false, text: 'Ok.', given: true },
      { ...turn, from: 'human', loss: null, text, given: true },
      {
        ...turn,
        from: 'gpt',
        loss: true,
        text: `Think: ${text}\n\nAct: bash\n\n\`\`\`bash\n${text}\n\`\`\``,
        length: 9000,
        action: { kind: 'bash', text },
        given: false,
        errors: ['repeated-action'],
        original: text,
      },
      { ...turn, from: 'human', loss: null, text, given: false },
      { ...turn, from: 'gpt', loss: true, text, action: { kind: 'answer', text }, given: false },
    ],
  };
}
