import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameLocator, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/chromium.mts';
import { startCodeServer, type CodeServerOptions } from '../../scripts/codeServer.mts';
import { newestRelease, releaseOf } from '../../scripts/codeServerInstall.mts';

const artefacts = 'out/artefacts';
const patienceMilliseconds = 45_000;

export interface WorkbenchOptions extends Pick<CodeServerOptions, 'settings' | 'environment'> {
  /** Names the logs among the artefacts. */
  readonly name: string;
  /** The folder to open; none where it is absent. */
  readonly workspace?: string;
  /** The extension under test: a folder or a .vsix file. Without it, this project as it is built in dist/. */
  readonly extension?: string;
  readonly theme?: Theme;
  /** The display language, e.g. `zh-cn`. VS Code itself stays English here: its language packs are extensions of the marketplace. */
  readonly language?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** The four kinds of themes, one of each by its name in the settings, and what VS Code calls its kind. */
const themeKinds = {
  'Dark Modern': 'vs-dark',
  'Light Modern': 'vs',
  'Default High Contrast': 'hc-black',
  'Default High Contrast Light': 'hc-light',
} as const;

export type Theme = keyof typeof themeKinds;
export const themes = Object.keys(themeKinds) as readonly Theme[];

/** A VS Code window, as a person in front of it sees it. */
export interface Workbench {
  readonly page: Page;
  /** Runs a command from the palette by its whole title, e.g. `AgentLM: New OS Task`. */
  runCommand(title: string): Promise<void>;
  /** Chooses in the menu that is open. */
  chooseInMenu(entry: string): Promise<void>;
  /** Runs a command that asks for a text in a box of this title. */
  answer(command: string, title: string, text: string): Promise<void>;
  /** The page inside the webview of this title, once there is one. A view that was hidden and shown again is a new one. */
  webview(title: string): Promise<FrameLocator>;
  /** The visible lines of the terminal in front, without the blanks at their ends. */
  terminalText(): Promise<string>;
  /** Changes the theme, and waits until it is there. */
  wear(theme: Theme): Promise<void>;
  /** Takes a picture into out/artefacts/, and resolves to its path. */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts VS Code with the extension in a fresh profile, and opens it in a headless browser. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { name, workspace, theme = 'Dark Modern', viewport = { width: 1280, height: 800 } } = options;
  const extension = options.extension ?? process.env['AGENTLM_TEST_EXTENSION'] ?? '.';
  const release = releaseOf(process.env['AGENTLM_TEST_RELEASE']) ?? newestRelease;
  const settingsIn = (worn: Theme) => ({
    'workbench.colorTheme': worn,
    // The other renderer paints on a canvas: there is no text to read.
    'terminal.integrated.gpuAcceleration': 'off',
    ...options.settings,
  });
  const server = await startCodeServer({
    ...options,
    release,
    extension,
    emptyHome: true,
    log: path.join(artefacts, `${name}-${release}-server.log`),
    settings: settingsIn(theme),
  });
  const browser = await launchChromium();
  const page = await (await browser.newContext({ viewport })).newPage();
  if (options.language !== undefined) {
    // What a language pack would have set.
    await page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(options.language)}`);
  }
  await page.goto(server.urlOf(workspace));
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: patienceMilliseconds });
  return {
    page,
    runCommand: (title) => runCommand(page, title),
    chooseInMenu: (entry) => chooseInMenu(page, entry),
    async answer(command, title, text) {
      const box = page.locator('.quick-input-widget');
      // The box closes when something else takes the focus, such as a tree that is drawn anew.
      await until(`a box "${title}"`, async () => {
        await runCommand(page, command);
        await box.locator('.quick-input-title', { hasText: title }).waitFor({ timeout: 5000 });
      });
      await box.locator('input.input').fill(text);
      await box.locator('input.input').press('Enter');
    },
    webview: (title) => findWebview(page, title),
    async terminalText() {
      const rows = await page.locator('.terminal-wrapper.active .xterm-rows > div').allInnerTexts();
      return rows
        .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
        .join('\n')
        .trimEnd();
    },
    async wear(worn) {
      await server.configure(settingsIn(worn));
      await page.locator(`.monaco-workbench.${themeKinds[worn]}`).waitFor({ timeout: patienceMilliseconds });
    },
    async screenshot(picture) {
      const file = path.join(artefacts, `${picture}.png`);
      await page.screenshot({ path: file });
      return file;
    },
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}

/**
 * The palette lists the commands there were when it opened, and an extension's come some seconds after the window: so it
 * is opened anew until the command is there. It also closes when something else takes the focus, such as an editor that
 * the command before opened; a click notices that, the Enter key would go elsewhere.
 */
async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget input.input');
  const row = page.locator('.quick-input-list .monaco-list-row').getByText(title, { exact: true }).first();
  await until(`a command "${title}" in the palette`, async () => {
    await page.keyboard.press('F1');
    try {
      await input.fill(`>${title}`, { timeout: 3000 });
      await row.click({ timeout: 2000 });
    } catch (error) {
      await page.keyboard.press('Escape');
      throw error;
    }
  });
}

/** A menu takes no click in its first moment, and says nothing of that. */
async function chooseInMenu(page: Page, entry: string): Promise<void> {
  const item = page.locator('.monaco-menu .action-item', { hasText: entry }).first();
  await item.waitFor();
  while (await item.isVisible()) {
    await item.click({ timeout: 2000 }).catch(() => undefined);
    await page.waitForTimeout(300);
  }
}

async function findWebview(page: Page, title: string): Promise<FrameLocator> {
  return until(`a webview "${title}"`, async () => {
    const titles: (string | null)[] = [];
    for (const webview of await page.locator('iframe.webview.ready:visible').all()) {
      // Its name is its own for as long as it lives; the order of the frames is not.
      const frame = page.frameLocator(`iframe[name="${await webview.getAttribute('name')}"]`);
      const [inner] = await frame.locator('iframe#active-frame').all();
      const found = (await inner?.getAttribute('title')) ?? null;
      if (found === title) return frame.frameLocator('iframe#active-frame');
      titles.push(found);
    }
    throw new Error(`The webviews are: ${titles.join(', ')}.`);
  });
}

/** Tries until it succeeds. @throws when patience is over, with the last failure as the cause. */
async function until<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + patienceMilliseconds;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (performance.now() > end) throw new Error(`There was not ${what}.`, { cause });
      await sleep(200);
    }
  }
}
