import type {
  Obstacle,
  Outcome,
  PageEvent,
  PageState,
  RunningCommand,
  RunState,
  Why,
} from '../../src/protocol/messages';
import type { Grid } from '../../src/protocol/reviewMessages';

/** A moment in the life of the chat page: what is around the run, and what happened in it. */
export interface ChatState {
  readonly state: PageState;
  readonly events: readonly PageEvent[];
}

type ActiveRun = Exclude<RunState, { readonly phase: 'idle' }>;

export const surroundings: Omit<PageState, 'run'> = {
  trusted: true,
  endpoint: { status: 'ready', label: 'agentlm-7b', demo: true },
  recording: true,
  guard: { approval: 'ask', sandbox: 'workspace', network: false },
  place: { os: 'sample-workspace', db: 'shop.sqlite' },
  attachments: { items: [], free: 2400 },
  announced: 'each',
};

export const running: ActiveRun = {
  phase: 'running',
  id: '0',
  kind: 'os',
  problem: 'Which file in this folder has the most lines? Answer with its name.',
  awaiting: undefined,
  verdict: 'undecided',
  changes: 0,
  waiting: [],
  resumable: false,
  obstacles: [],
};

export const command = "wc -l $(find . -type f -name '*.py') | sort -n\necho done";

export const started: PageEvent = {
  type: 'started',
  id: 'os_1',
  kind: 'os',
  problem: running.problem,
  model: 'agentlm-7b',
  stepLimit: 8,
};

export const risky = 'ls -la && rm -rf build && ls';

export const aWhy: Why = {
  sentence: 'rm is not known to only read.',
  part: 'rm -rf build',
  partAt: risky.indexOf('rm'),
  rule: risky,
};

/** Text that would like to be more than text. */
export const hostileText =
  '<img src=x onerror=alert(1)><script>alert(1)</script> [x](command:quit) \u202egnp.exe\u202c a\u00a0b\u200b \u001b[31m' +
  `${'x'.repeat(400)}${' '.repeat(300)}; rm -rf ~`;

export const proposed: readonly PageEvent[] = [started, ...step(1), action(1, command)];
const replied: readonly PageEvent[] = [
  { ...started, kind: 'chat' },
  { type: 'step', step: 1, limit: 1 },
  { type: 'context', promptTokens: 300, reservedTokens: 1024, contextLength: 4096 },
  { type: 'delta', text: `With ls:\n\n\`\`\`bash\nls -l\n\`\`\`\n\n${hostileText}` },
  { type: 'replied', step: 1 },
];
const ran: readonly PageEvent[] = [
  ...proposed,
  approved(1),
  observed(1, 'The output of the OS:\n\n  12 ./notes.py\n 131 ./orders.py\ndone', 0),
];
const longOutput = Array.from({ length: 40 }, (_, line) => `drwxr-xr-x 2 user user 4096 Jan 1 10:00 ${line}`).join(
  '\n',
);
const query =
  'SELECT p.name, SUM(o.quantity * p.price) AS revenue FROM orders o JOIN products p ON p.id = o.product_id';

const names = ['Espresso Blend', 'Assam Breakfast', 'Sencha', 'Mug, 0.3 l, stoneware', 'Filter papers', 'Gift card'];
const revenues: Grid = {
  columns: [
    { name: 'name', kind: 'text' },
    { name: 'revenue', kind: 'decimal' },
  ],
  rows: names.map((name, index) => [name, index === 5 ? null : String(1290.5 / (index + 1))]),
  rowCount: names.length,
  complete: true,
};
const months: Grid = {
  columns: [
    { name: 'month', kind: 'date' },
    { name: 'orders', kind: 'integer' },
  ],
  rows: Array.from({ length: 18 }, (_, index) => [
    `${2023 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}-01`,
    40 + ((index * 37) % 29),
  ]),
  rowCount: 18,
  complete: true,
};

/** Every state of the page, by the name that a test or a picture of it carries. */
export const chatStates: Readonly<Record<string, ChatState>> = {
  empty: around({}),
  'no endpoint': around({ endpoint: { status: 'none' } }),
  untrusted: around({ trusted: false, recording: false }),
  'no folder': around({ place: { os: undefined, db: undefined } }),
  connecting: around({ endpoint: connectingFor(500) }),
  'connecting for a while': during({ phase: 'opening' }, [], { endpoint: connectingFor(75_000) }),
  opening: during({ phase: 'opening' }, []),
  waiting: during({}, [started, ...step(1)]),
  thinking: during({}, [started, ...step(1), { type: 'delta', text: 'Think: To find it, I count the lines of' }]),
  writing: during({}, [started, ...step(1), { type: 'delta', text: 'Think: I list.\n\nAct: bash\n\n```bash\nfind .' }]),
  approval: during({ awaiting: 1 }, proposed),
  'approval with a reason': during({ awaiting: 1, why: aWhy }, [started, ...step(1), action(1, risky)]),
  'approval with a long rule': during(
    { awaiting: 1, why: { ...aWhy, part: 'x'.repeat(100), partAt: undefined, rule: 'x'.repeat(120) } },
    [started, ...step(1), action(1, risky)],
  ),
  'hostile approval': during({ awaiting: 1 }, [started, ...step(1), action(1, hostileText, hostileText)]),
  running: during({}, [...proposed, approved(1)]),
  'running for a while': working('running', ['1', '2', 'x'.repeat(200), hostileText.slice(0, 200), '']),
  'waiting for input': working('waiting-for-input', ['Overwrite orders.py? [y/N] ']),
  'waiting for a secret': working('waiting-for-secret', ['[sudo] password for ada: ']),
  'a long command': working('long', ['Compiling 7 of 132']),
  'rows of a statement': during({ kind: 'db' }, [
    started,
    ...step(1),
    { ...action(1, query), kind: 'sql' } as PageEvent,
    approved(1),
    {
      ...observed(1, "[('Espresso Blend', Decimal('129.50')), ('x', None)]", null),
      result: {
        columns: [
          { name: 'name', kind: 'text' },
          { name: 'revenue', kind: 'decimal' },
        ],
        rows: [
          ['Espresso Blend', '129.50'],
          [{ text: 'x'.repeat(300), length: 4000 }, null],
          [{ integer: '9007199254740993' }, { bytes: '00ff', length: 40 }],
        ],
        rowCount: 1204,
        complete: true,
      },
    } as PageEvent,
  ]),
  'command failed': during({}, [...proposed, approved(1), observed(1, 'The output of the OS:\n\nwc: no such file', 2)]),
  'long output': during({}, [...proposed, approved(1), observed(1, longOutput, 0), ...step(2, 3300)]),
  'a flood': during({}, [
    ...proposed,
    approved(1),
    {
      ...observed(1, `${longOutput.slice(0, 780)}\n[truncated because the output is too long]`, 0),
      truncated: true,
      tail: longOutput.slice(-300),
    } as PageEvent,
  ]),
  'edited and skipped': during({}, [
    ...proposed,
    { type: 'approval', step: 1, decision: { verdict: 'edit', text: 'wc -l *.py' } },
    observed(1, 'The output of the OS is empty.', 0),
    ...step(2),
    action(2, 'rm -rf reports'),
    { type: 'approval', step: 2, decision: { verdict: 'skip', reason: 'Keep the folder.' } },
  ]),
  malformed: during({}, [
    started,
    ...step(1),
    { type: 'delta', text: 'I would simply list the files.' },
    { type: 'notice', notice: { code: 'malformed', problem: { code: 'no-action', sentence: '' } } },
    ...step(2),
  ]),
  trimmed: during({}, [
    started,
    ...step(1),
    { type: 'notice', notice: { code: 'trimmed', omittedTurns: 4, promptTokens: 3000 } },
  ]),
  'endpoint waits': during({}, [
    started,
    ...step(1),
    { type: 'notice', notice: { code: 'grammar-ignored' } },
    {
      type: 'notice',
      notice: { code: 'waiting', reason: 'http://localhost:8000 has no room for this.', waitMs: 4000, attempt: 1 },
    },
  ]),
  'endpoint error': ended(
    'failed',
    ['no-answer'],
    [
      started,
      { type: 'failure', message: 'No model answers at http://localhost:8000/v1.', code: 'endpoint.unreachable' },
    ],
  ),
  'step limit': ended('step-limit', ['no-answer', 'last-reply-not-learnt'], ran, null, {}, { resumable: true }),
  repeated: ended('repeated', ['no-answer'], ran),
  stopped: ended('stopped', ['no-answer'], [...proposed, approved(1)], null, {}, { resumable: true }),
  interrupted: ended(
    'stopped',
    ['no-answer'],
    [...proposed, approved(1), { type: 'notice', notice: { code: 'interrupted' } }],
    null,
    {},
    { resumable: true },
  ),
  'chat, listening': talk(true, [
    ...replied,
    { type: 'instruction', step: 1, text: 'And hidden ones?' },
    { type: 'step', step: 2, limit: 2 },
    { type: 'delta', text: `Use -a.\n\n\`\`\`\n${hostileText}\n\`\`\`` },
    { type: 'replied', step: 2 },
  ]),
  'chat, answering': talk(false, replied.slice(0, -1)),
  'chat, waiting': talk(false, [replied[0] ?? started, { type: 'step', step: 1, limit: 1 }]),
  attached: around({
    attachments: {
      items: [
        { id: 0, label: 'src/orders.py, lines 3 to 9', tokens: 180 },
        { id: 1, label: `a-very-long-folder/${'x'.repeat(80)}/`, tokens: 1200 },
      ],
      free: 1020,
    },
  }),
  'an instruction waits': during({ waiting: [{ id: 0, text: 'Leave out the folder vendor.' }] }, [
    ...proposed,
    approved(1),
  ]),
  'an instruction was read': during({}, [
    ...ran,
    { type: 'instruction', step: 1, text: 'Leave out the folder vendor.' },
    ...step(2),
  ]),
  'an instruction came too late': ended(
    'answered',
    [],
    ran,
    'orders.py',
    {},
    { waiting: [{ id: 0, text: hostileText }] },
  ),
  finished: ended('answered', [], ran, 'orders.py'),
  'finished without recording': ended('answered', [], ran, 'orders.py', { recording: false }),
  'database approval': during({ kind: 'db', awaiting: 1 }, [started, ...step(1), action(1, query, 'I join.', 'sql')]),
  'database error': during({ kind: 'db' }, [
    started,
    ...step(1),
    action(1, query, 'I join.', 'sql'),
    approved(1),
    observed(1, "1054 (42S22): Unknown column 'o.product_id' in 'field list'", null),
  ]),
  'database answer': ended('answered', [], ran, ['Assam Breakfast', '1204.50']),
  'database bars': ended('answered', [], queried(revenues), ['Espresso Blend']),
  'database line': ended('answered', [], queried(months), ['18']),
};

function connectingFor(elapsedMs: number): PageState['endpoint'] {
  return { status: 'connecting', label: 'a-long-name.lab.example.org', demo: false, elapsedMs };
}

/** A statement that was run, and its rows. */
function queried(result: Grid): readonly PageEvent[] {
  return [
    started,
    ...step(1),
    action(1, query, 'I join.', 'sql'),
    approved(1),
    { ...observed(1, '[…]', null), result } as PageEvent,
  ];
}

function talk(listening: boolean, events: readonly PageEvent[]): ChatState {
  return during({ kind: 'chat', problem: 'How do I list the files of a folder?', listening }, events);
}

function around(state: Partial<PageState>): ChatState {
  return { state: { ...surroundings, run: { phase: 'idle' }, ...state }, events: [] };
}

function during(run: Partial<ActiveRun>, events: readonly PageEvent[], state: Partial<PageState> = {}): ChatState {
  return { state: { ...surroundings, ...state, run: { ...running, ...run } }, events };
}

function working(state: RunningCommand['state'], lines: readonly string[]): ChatState {
  return during({ command: { state, lines } }, [...proposed, approved(1)]);
}

function ended(
  outcome: Outcome,
  obstacles: readonly Obstacle[],
  events: readonly PageEvent[],
  answer: string | readonly string[] | null = null,
  state: Partial<PageState> = {},
  run: Partial<ActiveRun> = {},
): ChatState {
  const finished: PageEvent = {
    type: 'finished',
    outcome,
    answer,
    steps: 2,
    usage: { promptTokens: 900, completionTokens: 120, cachedTokens: null },
    time: { totalMs: 12_400, modelMs: 11_000, environmentMs: 400, overheadMs: 20 },
  };
  return during({ phase: 'ended', obstacles, ...run }, [...events, finished], state);
}

function step(number: number, promptTokens = 1240): readonly PageEvent[] {
  return [
    { type: 'step', step: number, limit: 8 },
    { type: 'context', promptTokens, reservedTokens: 1024, contextLength: 4096 },
  ];
}

function action(
  number: number,
  text: string,
  thought = 'I count the lines.',
  kind: 'bash' | 'sql' = 'bash',
): PageEvent {
  return { type: 'action', step: number, kind, text, thought };
}

function approved(number: number): PageEvent {
  return { type: 'approval', step: number, decision: { verdict: 'run' } };
}

function observed(number: number, text: string, exitCode: number | null): PageEvent {
  return { type: 'observation', step: number, text, exitCode, cwd: '/tmp', truncated: false };
}
