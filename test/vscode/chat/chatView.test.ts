import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Decision, Judgement } from '../../../src/agent/approval';
import { UserError } from '../../../src/agent/errors';
import type { AgentEvent, EndpointNotice } from '../../../src/agent/events';
import type { StartRun } from '../../../src/agent/session';
import { openChannel, type Channel } from '../../../src/protocol/channel';
import { framedPort } from '../../../src/protocol/framedPort';
import type { Batch, Composition, HostApi, PageApi, PageState, RunState } from '../../../src/protocol/messages';
import { ChatView, type ChatActions } from '../../../src/vscode/chat/chatView';
import { Runs } from '../../../src/vscode/runs/runs';

const request = { kind: 'os', problem: 'List the files.', place: '/tmp' } as const;

describe('The chat view', () => {
  const views: ChatView[] = [];
  afterEach(() => views.splice(0).forEach((view) => view.dispose()));

  it('lets the page load its own two folders, run one script, and reach nothing else', () => {
    const { webview } = setUp().show();
    assert.deepEqual(webview.options.localResourceRoots?.map(String), ['file:///x/dist/webview', 'file:///x/media']);
    assert.equal(webview.options.enableForms, false);
    assert.match(webview.html, /default-src &#39;none&#39;/);
  });

  it('gives each page a nonce of its own', () => {
    const chat = setUp();
    const nonces = [chat.show(), chat.show()].map(({ webview }) => /nonce="([^"]+)"/.exec(webview.html)?.[1]);
    assert.equal(new Set(nonces).size, 2);
    for (const nonce of nonces) assert.equal(Buffer.from(nonce ?? '', 'base64').length, 16);
  });

  it('answers a page that is ready with all it needs, and tells it what happens from then on', async () => {
    const chat = setUp();
    const page = chat.show();
    const { state, batch, strings } = await page.host.ask('ready', null);
    assert.deepEqual([state.run.phase, batch, strings['composer.send']], ['idle', undefined, 'Send']);
    chat.runs.start(request);
    await chat.say(started, { type: 'delta', text: 'Think: ' }, { type: 'delta', text: 'I list' });
    await page.heard(2);
    assert.deepEqual(page.events(), [started, { type: 'delta', text: 'Think: I list' }]);
    await page.run(({ phase }) => phase === 'running');
  });

  it('draws a run again for a page that comes back, and says nothing to one that is hidden', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    page.setVisible(false);
    chat.runs.start(request);
    await chat.say(started, { type: 'delta', text: 'Think: I list' });
    await frames(3);
    assert.deepEqual([page.batches, page.states], [[], []]);
    page.setVisible(true);
    const { batch, state } = await page.host.ask('ready', null);
    assert.deepEqual(
      batch?.events.map(({ event }) => event),
      [started, { type: 'delta', text: 'Think: I list' }],
    );
    assert.equal(state.run.phase, 'running');
  });

  it('tells what the endpoint does while the run has yet to begin', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    chat.runs.start(request);
    await chat.say();
    const reason = new UserError('endpoint.loading', '{0} loads its model.', ['lab']);
    chat.notice({ code: 'waiting', reason, waitMs: 2000, attempt: 1 });
    await page.heard(1);
    assert.deepEqual(page.events(), [
      { type: 'notice', notice: { code: 'waiting', reason: 'lab loads its model.', waitMs: 2000, attempt: 1 } },
    ]);
    await page.run(({ phase }) => phase === 'opening');
    await chat.say(started);
    await page.run(({ phase }) => phase === 'running');
  });

  it('runs what was shown, and refuses what was not', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    chat.runs.start(request);
    await chat.say(started);
    const decision = chat.propose('ls');
    await assert.rejects(page.host.ask('decide', { step: 1, shown: 'rm -rf /', decision: { verdict: 'run' } }), {
      message: 'This action no longer waits for a decision. Look at the last one.',
    });
    await page.host.ask('decide', { step: 1, shown: 'ls', decision: { verdict: 'run' } });
    assert.deepEqual(await decision, { verdict: 'run' });
  });

  it('tells why an action asks, and hands on what is to be remembered', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    chat.runs.start(request);
    await chat.say(started);
    const reason = { code: 'policy.unknown', template: '{0} is not known to only read.', values: ['rm'] };
    const rule = { command: 'ls; rm x' };
    const decision = chat.propose('ls; rm x', { verdict: 'ask', reason, part: 'rm x', partAt: 4, rule });
    const why = { sentence: 'rm is not known to only read.', part: 'rm x', partAt: 4, rule: 'ls; rm x' };
    const told = await page.run((run) => run.phase === 'running' && run.why !== undefined);
    assert.deepEqual(told.why, why);
    const remembering = { verdict: 'run', remember: 'user' } as const;
    await page.host.ask('decide', { step: 1, shown: 'ls; rm x', decision: remembering });
    assert.deepEqual(await decision, remembering);
    await until(() => page.states.at(-1)?.run.phase === 'running' && !('why' in (page.states.at(-1)?.run ?? {})));
  });

  it('marks no part that is the whole command', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    chat.runs.start(request);
    await chat.say(started);
    const reason = { code: 'policy.reads', template: 'x', values: [] };
    const decision = chat.propose(' rm x\n', { verdict: 'ask', reason, part: 'rm x', partAt: 1 });
    const told = await page.run((run) => run.phase === 'running' && run.why !== undefined);
    assert.deepEqual(told.why, { sentence: 'x' });
    chat.runs.current?.decide(1, ' rm x\n', { verdict: 'stop' });
    await decision;
  });

  it('wears a badge while an action waits', async () => {
    const chat = setUp();
    const page = chat.show();
    chat.runs.start(request);
    await chat.say(started);
    const badge = (): number | undefined => page.view.badge?.value;
    assert.equal(badge(), undefined);
    const decision = chat.propose('ls');
    assert.equal(badge(), 1);
    chat.runs.current?.decide(1, 'ls', { verdict: 'stop' });
    await decision;
    await frames(1);
    assert.equal(badge(), undefined);
  });

  it('tells what the user can mend as it is, and hides a bug behind one sentence and the log', async () => {
    const chat = setUp({
      start: () => Promise.reject(new UserError('run.busy', 'A task runs in {0}.', ['shop'])),
      accept: () => Promise.reject(new TypeError('x is undefined')),
    });
    const page = chat.show();
    await assert.rejects(page.host.ask('start', { kind: 'os', problem: 'x' }), { message: 'A task runs in shop.' });
    assert.deepEqual(chat.logged, []);
    await assert.rejects(page.host.ask('accept', null), /^Error: Something went wrong in AgentLM/);
    assert.match(String(chat.logged), /x is undefined/);
  });

  it('tells why a run failed in the same words', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    chat.runs.start(request);
    await chat.say({ type: 'failure', error: new UserError('endpoint.unreachable', 'No model at {0}.', ['there']) });
    await page.heard(1);
    assert.deepEqual(page.events(), [{ type: 'failure', message: 'No model at there.', code: 'endpoint.unreachable' }]);
  });

  it('takes nothing from the page that is not in the protocol', async () => {
    const chat = setUp({ start: () => assert.fail('must not start') });
    const page = chat.show();
    page.say({ type: 'ask', id: '1', name: 'executeCommand', argument: 'workbench.action.quit' });
    page.say({ type: 'ask', id: '2', name: 'start', argument: { kind: 'os', problem: 'x', place: '/etc' } });
    page.post('\nrm -rf /\n');
    assert.equal(chat.logged.length, 3);
  });

  it('keeps a composition for the page that is not there yet', async () => {
    const chat = setUp();
    await chat.view.compose('db', 'How many?');
    const page = chat.show();
    const { composition } = await page.host.ask('ready', null);
    assert.deepEqual(composition, { kind: 'db', text: 'How many?' });
    assert.equal((await page.host.ask('ready', null)).composition, undefined);
    await chat.view.compose('os');
    await until(() => page.compositions.length > 0);
    assert.deepEqual(page.compositions, [{ kind: 'os' }]);
  });

  it('says why a run that was stopped cannot be trained on', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    chat.runs.start(request);
    await chat.say(started, stopped);
    await chat.end();
    const run = await page.run(({ phase }) => phase === 'ended');
    assert.deepEqual(run.obstacles, ['no-answer', 'nothing-to-learn', 'last-reply-not-learnt']);
  });

  it('shows the run that was started last, and another one from its beginning', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    const first = chat.runs.start(request);
    await chat.say(started, { type: 'delta', text: 'Think' });
    await chat.end();
    await page.heard(2);
    const before = await page.run(({ phase }) => phase === 'ended');
    chat.runs.start({ ...request, problem: 'Count them.' });
    const after = await page.run((run) => run.phase === 'opening' && run.id !== before.id);
    assert.notEqual(after.id, before.id);
    assert.equal(after.problem, 'Count them.');
    page.batches.length = 0;
    chat.runs.show(first);
    await page.heard(2);
    assert.deepEqual(page.events(), [started, { type: 'delta', text: 'Think' }]);
    assert.equal(page.batches[0]?.runId, before.id);
    chat.runs.show(undefined);
    await until(() => page.states.at(-1)?.run.phase === 'idle');
    await chat.end();
  });

  it('says nothing of a run that goes on unseen, and counts what waits there', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    const unseen = chat.runs.start(request);
    await chat.say(started);
    await page.heard(1);
    chat.runs.show(undefined);
    page.batches.length = 0;
    await chat.say({ type: 'delta', text: 'Think' });
    const decision = chat.propose('ls');
    await frames(3);
    assert.deepEqual(page.batches, []);
    assert.equal(page.view.badge?.value, 1);
    await assert.rejects(
      page.host.ask('decide', { step: 1, shown: 'ls', decision: { verdict: 'run' } }),
      /no longer waits/,
    );
    unseen.decide(1, 'ls', { verdict: 'stop' });
    await decision;
    await chat.end();
  });

  it('leads to a step of the run that is shown, now or when there is a page', async () => {
    const chat = setUp();
    await chat.view.reveal(7);
    const page = chat.show();
    assert.equal((await page.host.ask('ready', null)).step, 7);
    await chat.view.reveal(8);
    await until(() => page.steps.length > 0);
    assert.deepEqual(page.steps, [8]);
  });

  it('gives parts of the run that is shown, and of no other', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    chat.runs.start(request);
    await chat.say(started, { type: 'step', step: 1, limit: 8 });
    await page.heard(2);
    const { id } = await page.run(({ phase }) => phase === 'running');
    const part = await page.host.ask('part', { runId: id, place: { step: 1 } });
    assert.deepEqual([part?.first, part?.events.length], [1, 1]);
    assert.equal(await page.host.ask('part', { runId: 'another', place: { from: 0 } }), undefined);
  });

  it('is silent once it is disposed', async () => {
    const chat = setUp();
    const page = chat.show();
    await page.host.ask('ready', null);
    chat.runs.start(request);
    await chat.say(started);
    chat.view.dispose();
    page.batches.length = 0;
    await chat.say({ type: 'delta', text: 'x' });
    await frames(3);
    assert.deepEqual(page.batches, []);
  });

  /** A chat with runs that do what the test says, and actions that do nothing else than told. */
  function setUp(actions: Partial<ChatActions> = {}) {
    const script = scriptedRun();
    const runs = new Runs(script.start);
    const logged: unknown[] = [];
    const changed = new vscode.EventEmitter<void>();
    const nothing = (): Promise<void> => Promise.resolve();
    const view = new ChatView(
      vscode.Uri.joinPath({ path: '/x' } as vscode.Uri),
      runs,
      {
        start: nothing,
        attach: nothing,
        detach: () => {},
        attachDropped: nothing,
        say: nothing,
        insert: nothing,
        runCode: nothing,
        resume: nothing,
        accept: nothing,
        reviewTrajectory: () => {},
        reject: () => {},
        selectEndpoint: nothing,
        connectEndpoint: nothing,
        cancelConnecting: () => {},
        chooseDatabase: nothing,
        chooseFolder: nothing,
        toggleRecording: nothing,
        chooseApproval: nothing,
        chooseSandbox: nothing,
        reviewChanges: nothing,
        exportResult: nothing,
        opened: nothing,
        changesOf: () => 0,
        manageTrust: nothing,
        showTerminal: () => {},
        showLog: nothing,
        state: () => surroundings,
        onDidChangeState: changed.event,
        ...actions,
      },
      { error: (error) => logged.push(error) },
    );
    views.push(view);
    return { view, runs, logged, ...script, show: () => show(view) };
  }
});

const surroundings: Omit<PageState, 'run'> = {
  trusted: true,
  endpoint: { status: 'ready', label: 'agentlm-7b', demo: true },
  recording: false,
  guard: { approval: 'ask', sandbox: 'off', network: false },
  place: { os: 'sample', db: undefined },
  attachments: { items: [], free: 2400 },
  announced: 'each',
};

const started: AgentEvent & { readonly type: 'started' } = {
  type: 'started',
  id: 'os_1',
  kind: 'os',
  problem: request.problem,
  model: 'agentlm-7b',
  stepLimit: 8,
};

const stopped: AgentEvent = {
  type: 'finished',
  outcome: 'stopped',
  answer: null,
  steps: 0,
  usage: { promptTokens: 0, completionTokens: 0, cachedTokens: null },
  time: { totalMs: 0, modelMs: 0, environmentMs: 0, overheadMs: 0 },
};

/** A run whose events are those that the test says, one after another. */
function scriptedRun() {
  let approve: Parameters<StartRun>[1] | undefined;
  let onNotice: Parameters<StartRun>[3] | undefined;
  const waiting: (AgentEvent | 'end')[] = [];
  let wake = (): void => {};
  async function* events(): AsyncGenerator<AgentEvent> {
    for (;;) {
      for (const said of waiting.splice(0)) {
        if (said === 'end') return;
        yield said;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const say = async (...said: readonly (AgentEvent | 'end')[]): Promise<void> => {
    waiting.push(...said);
    wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const start: StartRun = (_, ask, _signal, tell) => {
    approve = ask;
    onNotice = tell;
    return Promise.resolve({ events: events(), terminal: undefined });
  };
  return {
    start,
    say,
    end: () => say('end'),
    notice: (notice: EndpointNotice) => onNotice?.(notice),
    propose(text: string, judgement?: Judgement): Promise<Decision> {
      assert.ok(approve);
      return approve({ step: 1, kind: 'bash', text, judgement }, new AbortController().signal);
    },
  };
}

/** The view as VS Code gives it, with a page in it that remembers what it is told. */
function show(chat: ChatView) {
  const toHost = new vscode.EventEmitter<unknown>();
  const toPage = new vscode.EventEmitter<unknown>();
  const visibility = new vscode.EventEmitter<void>();
  const webview = {
    options: {} as vscode.WebviewOptions,
    html: '',
    cspSource: 'https://*.cdn',
    asWebviewUri: (uri: vscode.Uri) => uri,
    onDidReceiveMessage: toHost.event,
    postMessage(message: unknown) {
      toPage.fire(structuredClone(message));
      return Promise.resolve(true);
    },
  };
  const view = {
    webview,
    visible: true,
    badge: undefined as vscode.ViewBadge | undefined,
    onDidChangeVisibility: visibility.event,
    onDidDispose: new vscode.EventEmitter<void>().event,
  };
  chat.resolveWebviewView(view as unknown as vscode.WebviewView);

  const batches: Batch[] = [];
  const states: PageState[] = [];
  const compositions: Composition[] = [];
  const steps: number[] = [];
  const host: Channel<HostApi> = openChannel<PageApi, HostApi>(
    framedPort(
      {
        post: (message) => toHost.fire(structuredClone(message)),
        listen(receive) {
          const subscription = toPage.event(receive);
          return () => subscription.dispose();
        },
      },
      (callback) => {
        const timer = setTimeout(callback, 1);
        return () => clearTimeout(timer);
      },
    ),
    {
      handlers: {
        append: (batch) => void batches.push(batch),
        state: (state) => void states.push(state),
        compose: (composition) => void compositions.push(composition),
        showStep: (step) => void steps.push(step),
      },
      read: (_, argument) => argument as never,
      describe: String,
      onInvalid: (reason) => assert.fail(reason),
    },
  );
  const events = () => batches.flatMap((batch) => batch.events.map(({ event }) => event));
  return {
    view,
    webview,
    host,
    batches,
    states,
    compositions,
    steps,
    events,
    post: (piece: string) => toHost.fire(piece),
    say: (message: unknown) => toHost.fire(`\n${JSON.stringify(message)}\n`),
    /** Waits until the page was told of a run that is so. */
    async run(isIt: (run: RunState) => boolean): Promise<Exclude<RunState, { readonly phase: 'idle' }>> {
      await until(() => states.some(({ run }) => isIt(run)));
      const run = states.findLast((state) => isIt(state.run))?.run;
      assert.ok(run && run.phase !== 'idle');
      return run;
    },
    setVisible(visible: boolean): void {
      view.visible = visible;
      visibility.fire();
    },
    async heard(count: number): Promise<void> {
      while (events().length < count) await frames(1);
    },
  };
}

/** Lets time pass until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await frames(1);
}

async function frames(count: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, count * 16));
}
