import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { prepareSample, type Sample } from '../../src/runtime/demo/sample';
import { openWorkbench, type Workbench } from './workbench.mts';

/** More than the page has controls. */
const tabLimit = 60;

describe('A user without a mouse', function () {
  this.timeout(120_000);
  let folder: string;
  let sample: Sample;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-keyboard-'));
    sample = await prepareSample('resources', path.join(folder, 'shop'));
    workbench = await openWorkbench({
      name: 'keyboard',
      workspace: sample.workspace,
      settings: { 'agentlm.endpoint': 'demo' },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await rm(folder, { recursive: true });
  });

  const press = (...keys: readonly string[]) =>
    keys.reduce(async (before, key) => {
      await before;
      await workbench.page.keyboard.press(key);
    }, Promise.resolve());
  const type = (text: string) => workbench.page.keyboard.type(text);

  /** Runs a command from the palette, once it is there: an extension's commands come some seconds after the window. */
  async function command(title: string): Promise<void> {
    const focused = workbench.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title }).first();
    for (let attempt = 1; ; attempt++) {
      await press('F1');
      try {
        // A key that comes while a page takes the focus goes nowhere.
        await workbench.page.locator('.quick-input-widget input:focus').waitFor({ timeout: 3000 });
        await type(title);
        await focused.waitFor({ timeout: 3000 });
        break;
      } catch (error) {
        if (attempt === 10) throw error;
        await press('Escape');
      }
    }
    await press('Enter');
  }

  /** Answers a question of the palette. */
  async function answer(text: string, choice?: string): Promise<void> {
    await workbench.page.locator('.quick-input-widget input:focus').waitFor();
    await type(text);
    if (choice) {
      await workbench.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: choice }).first().waitFor();
    }
    await press('Enter');
  }

  /** What is typed before the new conversation is there goes elsewhere. */
  async function beginAnother(): Promise<void> {
    await press('Control+k', 'a');
    await chat.getByText('Try one of these').waitFor();
    await chat.locator('#composer-text:focus').waitFor();
  }

  const said = (words: string) => chat.getByRole('log').getByText(words).last().waitFor();
  const run = () => chat.getByRole('button', { name: /^Run: / }).last();

  /** Walks to the control of this name, one way, and finds the focus to be seen there. */
  async function walkTo(name: RegExp, key: 'Tab' | 'Shift+Tab'): Promise<void> {
    const focused = chat.locator(':focus');
    for (let steps = 0; steps < tabLimit; steps++) {
      const label = (await focused.count()) === 0 ? '' : await nameOf(focused);
      if (name.test(label)) {
        assert.notEqual(await outlineOf(focused), 'none');
        // The buttons of a card ignore what comes in the instant in which they appear.
        await workbench.page.waitForTimeout(400);
        return;
      }
      await press(key);
    }
    throw new Error(`No Tab leads to ${String(name)}.`);
  }

  async function kept(): Promise<readonly string[]> {
    const trajectories = path.join(sample.workspace, '.agentlm/trajectories');
    const files = await readdir(trajectories).catch(() => []);
    const texts = await Promise.all(files.map((file) => readFile(path.join(trajectories, file), 'utf8')));
    return texts.flatMap((text) => text.split('\n').slice(0, -1));
  }

  /** The page says that it is accepted while it is being written. */
  async function keeps(count: number): Promise<readonly string[]> {
    for (;;) {
      const rows = await kept();
      if (rows.length >= count) return rows;
      await workbench.page.waitForTimeout(50);
    }
  }

  it('gives an OS task, edits its first command, runs the second, and keeps the trajectory', async () => {
    // Activated by its first command; the key is there from the start.
    await command('AgentLM: Toggle Trajectory Recording');
    await press('Control+k', 'a');
    chat = await workbench.webview('Chat');
    await chat.locator('#composer-text:focus').waitFor();
    await type("Make a folder named reports and put today's date into reports/date.txt.");
    await press('Enter');
    await run().waitFor();
    assert.equal(await chat.locator('#composer-text:focus').count(), 1, 'The card took the focus.');
    await walkTo(/^Edit: mkdir/, 'Shift+Tab');
    await workbench.screenshot('keyboard-edit');
    await press('Enter');
    await chat.getByRole('textbox', { name: 'Text to run instead' }).and(chat.locator(':focus')).waitFor();
    await press('Control+End');
    await type(' && echo edited');
    await workbench.page.waitForTimeout(400);
    await press('Control+Enter');
    await said('edited');
    await chat.getByRole('button', { name: /^Run: cat/ }).waitFor();
    await walkTo(/^Run: cat/, 'Tab');
    await press('Enter');
    await said('The model says that the task is done.');
    await command('AgentLM: Accept Trajectory');
    await chat.getByText('Accepted. The trajectory was written to disk.').waitFor();
    const [row = ''] = await keeps(1);
    assert.match(row, /"id": ?"os_/);
    assert.match(row, /reports/);
  });

  it('asks a database, runs its statement with one key, reads the rows, and keeps the trajectory', async () => {
    await command('AgentLM: New Database Task');
    await answer('Which product brought in the most revenue?');
    await answer('shop.sqlite', 'shop.sqlite');
    await run().waitFor();
    await beginAnother();
    // The way back to the one before is in the palette as well.
    await command('AgentLM: Show Tasks');
    await answer('Which product', 'Which product');
    await run().waitFor();
    await walkTo(/^Edit: SELECT/, 'Tab');
    await press('Control+Enter');
    await said('The model answered.');
    await walkTo(/^Rows$/, 'Shift+Tab');
    await workbench.screenshot('keyboard-rows');
    await walkTo(/^Accept$/, 'Tab');
    await press('Enter');
    await chat.getByText('Accepted. The trajectory was written to disk.').last().waitFor();
    assert.equal((await keeps(2)).length, 2);
  });

  it('stops a task with Escape, and comes from the last control of the page to the first one', async () => {
    await beginAnother();
    const question = 'How many customers have never placed an order?';
    await type(question);
    assert.equal(await chat.locator('#composer-text').inputValue(), question);
    await press('Enter');
    await run().waitFor();
    await press('Escape');
    await said('You stopped the task.');
    await walkTo(/^Send$/, 'Tab');
    await walkTo(/^(OS task|Database)$/, 'Shift+Tab');
  });
});

/** By which a screen reader calls an element. */
function nameOf(element: Locator): Promise<string> {
  return element.evaluate((found) => found.ariaLabel ?? (found.closest('label') ?? found).textContent?.trim() ?? '');
}

/** A radio button is seen by the label around it. */
function outlineOf(element: Locator): Promise<string> {
  return element.evaluate((found) => {
    const shown = found.closest('label') ?? found;
    return shown.ownerDocument.defaultView?.getComputedStyle(shown).outlineStyle ?? 'none';
  });
}
