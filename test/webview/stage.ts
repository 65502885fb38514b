import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { openChannel, type Port } from '../../src/protocol/channel';
import { createEventLog } from '../../src/protocol/eventLog';
import { framedPort } from '../../src/protocol/framedPort';
import type { AgentEvent, HostApi, PageApi, PageEvent, PageState, Place } from '../../src/protocol/messages';
import { readHostArgument } from '../../src/protocol/schemas';
import { pageHtml } from '../../src/vscode/pages/pageHtml';
import { pageStrings } from '../../src/vscode/pages/pageStrings';
import themes from '../fixtures/themes.json';
import { running, type ChatState } from './chatStates';
import { editorPages, entryPoints, type PageState as EditorPageState } from './pageStates';

const origin = 'http://chat.test';

/** Of the extension, whatever a page asks along with a question. */
type Answers = Readonly<Record<string, () => unknown>>;

export type ThemeName = keyof typeof themes;

/** A browser page that stands for the webview; what went wrong in it is a problem. */
export interface Stage {
  readonly page: Page;
  readonly problems: string[];
  /** A new chat in this state; this test is the extension at its other end. */
  show(state: ChatState): Promise<Chat>;
  /** A new page of an editor in this state. */
  open(state: EditorPageState): Promise<Page>;
  /** Gives the page the variables of a theme, as VS Code does. */
  wear(theme: ThemeName): Promise<void>;
}

export interface Chat {
  readonly page: Page;
  /** What the page asked for, except for its snapshots. */
  readonly asked: [string, unknown][];
  readonly snapshots: () => number;
  /** From now on every request fails with this sentence. */
  readonly refuseWith: (sentence: string) => void;
  readonly tell: (state: PageState) => void;
  /** Another event; a lost one never reaches the page. */
  readonly say: (event: PageEvent, fate?: { readonly lost: boolean }) => void;
  readonly showStep: (step: number) => void;
  /** The parts of the run that it asked for. */
  readonly parts: readonly Place[];
}

export async function openStage(browser: Browser): Promise<Stage> {
  const page = await browser.newPage({ viewport: { width: 300, height: 600 } });
  const problems: string[] = [];
  const note = (error: unknown): void => void problems.push(String(error));
  page.on('pageerror', note);
  page.on('console', (line) => line.type() === 'error' && note(line.text()));
  await serve(page);
  let shown = 0;
  let receive: (message: unknown) => void = () => {};
  await page.exposeFunction('toHost', (message: unknown) => receive(message));
  const port: Port = {
    post: (message) => void page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`).catch(note),
    listen(listener) {
      receive = listener;
      return () => {};
    },
  };
  return {
    page,
    problems,
    async show(start) {
      const chat = extensionEnd(page, port, start, note);
      await page.goto(`${origin}/chat?${shown++}`);
      await page.locator('#composer-text').waitFor();
      return chat;
    },
    async open({ page: name, answers, click, shows }) {
      openChannel<Answers, Answers>(port, {
        handlers: Object.fromEntries(Object.entries(answers).map(([asked, answer]) => [asked, () => answer])),
        read: (_, argument) => argument as never,
        describe: String,
        onInvalid: note,
      });
      await page.goto(`${origin}/${name}?${shown++}`);
      if (click !== undefined) await page.locator(click).first().click();
      await page.locator(shows).first().waitFor({ state: 'attached' });
      return page;
    },
    async wear(theme) {
      const { kind, variables } = themes[theme];
      await page.evaluate(
        `document.body.className = '${kind}';
         for (const [name, value] of Object.entries(${JSON.stringify(variables)})) {
           document.documentElement.style.setProperty(name, value ?? '');
         }`,
      );
    },
  };
}

function extensionEnd(page: Page, port: Port, start: ChatState, onInvalid: (reason: string) => void): Chat {
  const asked: [string, unknown][] = [];
  const parts: Place[] = [];
  let { state } = start;
  let snapshots = 0;
  let refusal: string | undefined;
  const record = (name: string) => (argument: unknown) => {
    asked.push([name, argument]);
    if (refusal !== undefined) throw new Error(refusal);
  };
  let passFrame = (): void => {};
  let isLost = false;
  const log = createEventLog({
    runId: running.id,
    now: () => 1000,
    describe: (error) => (typeof error === 'string' ? { message: error, code: undefined } : (error as never)),
    nextFrame(callback) {
      passFrame = callback;
      return () => (passFrame = () => {});
    },
    post: (batch) => void (isLost || channel.tell('append', batch)),
  });
  for (const event of start.events) log.hear(told(event), 0);
  const framed = framedPort(port, (callback) => {
    const timer = setTimeout(callback, 1);
    return () => clearTimeout(timer);
  });
  const channel = openChannel<HostApi, PageApi>(framed, {
    handlers: {
      ready() {
        snapshots++;
        const batch = state.run.phase === 'idle' ? undefined : log.snapshot();
        return { state, batch, strings: pageStrings(), composition: undefined, step: undefined };
      },
      part: ({ place }) => {
        parts.push(place);
        return log.part(place);
      },
      start: record('start'),
      decide: record('decide'),
      stop: record('stop'),
      attach: record('attach'),
      detach: record('detach'),
      attachDropped: record('attachDropped'),
      say: record('say'),
      copy: record('copy'),
      insert: record('insert'),
      runCode: record('runCode'),
      instruct: record('instruct'),
      withdraw: record('withdraw'),
      resume: record('resume'),
      accept: record('accept'),
      reviewTrajectory: record('reviewTrajectory'),
      reject: record('reject'),
      showTerminal: record('showTerminal'),
      interrupt: record('interrupt'),
      keepWaiting: record('keepWaiting'),
      sendToBackground: record('sendToBackground'),
      selectEndpoint: record('selectEndpoint'),
      connectEndpoint: record('connectEndpoint'),
      cancelConnecting: record('cancelConnecting'),
      chooseDatabase: record('chooseDatabase'),
      chooseFolder: record('chooseFolder'),
      toggleRecording: record('toggleRecording'),
      chooseApproval: record('chooseApproval'),
      chooseSandbox: record('chooseSandbox'),
      reviewChanges: record('reviewChanges'),
      exportResult: record('exportResult'),
      manageTrust: record('manageTrust'),
      showLog: record('showLog'),
    },
    read: readHostArgument,
    describe: (error) => (error instanceof Error ? error.message : String(error)),
    onInvalid,
  });
  return {
    page,
    asked,
    snapshots: () => snapshots,
    refuseWith: (sentence) => (refusal = sentence),
    tell(next) {
      state = next;
      channel.tell('state', next);
    },
    say(event, { lost } = { lost: false }) {
      log.hear(told(event), 0);
      isLost = lost;
      passFrame();
      isLost = false;
    },
    showStep: (step) => channel.tell('showStep', step),
    parts,
  };
}

/** The event of agent/ that the page is told as this one. */
function told(event: PageEvent): AgentEvent {
  return event.type === 'failure' ? { type: 'failure', error: event } : (event as AgentEvent);
}

/** What a webview serves, and the one function that VS Code gives it. */
async function serve(page: Page): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [...entryPoints, 'src/webview/chat/plot.ts'],
    bundle: true,
    format: 'iife',
    target: 'es2023',
    tsconfig: 'src/webview/tsconfig.json',
    outdir: 'dist/webview',
    write: false,
  });
  const built = outputFiles.map(({ path: file, text }) => [
    `/dist/webview/${path.basename(file)}`,
    [file.endsWith('.css') ? 'text/css' : 'text/javascript', text],
  ]);
  const pages = Object.entries(editorPages).map(([name, styles]) => [
    `/${name}`,
    ['text/html', document(name, styles)],
  ]);
  const sheets = new Set(['chat.css', ...Object.values(editorPages).flat()].filter((file) => !file.startsWith('..')));
  const media = await Promise.all(
    [...sheets].map(async (file) => [`/media/${file}`, ['text/css', await readFile(`media/${file}`)]] as const),
  );
  const files: Readonly<Record<string, readonly [type: string, body: string | Buffer]>> = {
    '/chat': ['text/html', document('chat', ['chat.css'])],
    ...Object.fromEntries([...built, ...pages, ...media]),
    '/theme.css': ['text/css', themeStyles],
    '/dist/webview/codicon.ttf': ['font/ttf', await readFile('node_modules/@vscode/codicons/dist/codicon.ttf')],
  };
  await page.route('**/*', async (route) => {
    const [contentType, body] = files[new URL(route.request().url()).pathname] ?? ['text/plain', ''];
    await route.fulfill({ contentType, body });
  });
  await page.addInitScript(
    `window.acquireVsCodeApi = () => ({
       postMessage: (message) => window.toHost(message),
       getState: () => JSON.parse(sessionStorage.getItem(location.search)),
       setState: (state) => { sessionStorage.setItem(location.search, JSON.stringify(state)); },
     })`,
  );
}

/** The page as the extension writes it, on what VS Code lays under every page. */
function document(name: string, styles: readonly string[]): string {
  return pageHtml({
    script: `/dist/webview/${name}.js`,
    styles: ['/theme.css', ...styles.map((file) => `/media/${file}`)],
    cspSource: origin,
    nonce: 'bm9uY2U=',
    language: 'en',
    title: 'AgentLM',
  });
}

/** The colours behind a webview are those of the view it is in; beneath ours, VS Code has these rules. */
const themeStyles = `
  html { background: var(--vscode-sideBar-background); }
  html:not(:has(agentlm-chat)) { background: var(--vscode-editor-background); }
  @layer vscode-default {
    body { padding: 0 20px; background: transparent; color: var(--vscode-editor-foreground); }
    code { color: var(--vscode-textPreformat-foreground); background-color: var(--vscode-textPreformat-background); }
  }`;
