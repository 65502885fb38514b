import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../../../scripts/chromium.mts';
import {
  aWhy,
  chatStates,
  command,
  hostileText,
  proposed,
  risky,
  running,
  started,
  surroundings,
  type ChatState,
} from '../chatStates';
import type { PageEvent } from '../../../src/protocol/messages';
import { openStage, type Chat, type Stage } from '../stage';

/** Longer than the page takes a click for one that was meant for something else. */
const settled = 350;

describe('The chat page in a browser', function () {
  this.timeout(30_000);
  let browser: Browser;
  let stage: Stage;

  before(async function () {
    if (findChromium() === undefined) this.skip();
    browser = await launchChromium();
    stage = await openStage(browser);
  });

  after(() => browser?.close());
  afterEach(() => assert.deepEqual(stage?.problems.splice(0) ?? [], []));

  const open = (state: ChatState): Promise<Chat> => stage.show(state);

  it('sends a task by keyboard alone, and keeps a new line for Shift', async () => {
    const { page, asked } = await open(idle());
    await page.locator('#composer-text').focus();
    await page.keyboard.type('Count');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('the files');
    await page.keyboard.press('Enter');
    assert.deepEqual(asked, [['start', { kind: 'os', problem: 'Count\nthe files' }]]);
    assert.equal(await page.locator('#composer-text').inputValue(), '');
  });

  it('leaves the Enter that ends a Chinese word to the word', async () => {
    const { page, asked } = await open(idle());
    await page.locator('#composer-text').fill('数文件');
    await page.evaluate(
      `document.querySelector('#composer-text').dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true }))`,
    );
    assert.deepEqual(asked, []);
  });

  it('says why a task did not start, and gives the words back', async () => {
    const { page, refuseWith } = await open(idle());
    refuseWith('A task is still running.');
    await page.locator('#composer-text').fill('Count the files');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('alert').filter({ hasText: 'A task is still running.' }).waitFor();
    assert.equal(await page.locator('#composer-text').inputValue(), 'Count the files');
  });

  it('does not send while something is missing, and says what', async () => {
    const { page, asked } = await open(chatStates['no folder'] ?? idle());
    await page.locator('#composer-text').fill('Count');
    await page.keyboard.press('Enter');
    await page.getByText('Choose a folder to send a task.').waitFor();
    assert.deepEqual(asked, []);
  });

  it('offers to wait no longer for an endpoint, once it has waited for long', async () => {
    const cancel = { name: 'Cancel connecting to a-long-name.lab.example.org' };
    const quick = await open(chatStates['connecting'] ?? idle());
    assert.equal(await quick.page.getByRole('button', cancel).count(), 0);
    const { page, asked } = await open(chatStates['connecting for a while'] ?? idle());
    await page.getByRole('log').getByText('Connecting to a-long-name.lab.example.org').waitFor();
    await page.getByText(/Connecting · 1 min 1\d s/).waitFor();
    await page.getByRole('button', cancel).click();
    assert.deepEqual(asked, [['cancelConnecting', null]]);
  });

  it('fills the composer with an example of the chosen kind', async () => {
    const { page } = await open(idle());
    await page.getByRole('radio', { name: 'Database' }).check({ force: true });
    await page.getByRole('button', { name: 'How many customers' }).click();
    assert.equal(await page.locator('#composer-text').inputValue(), 'How many customers have never placed an order?');
    assert.equal(await focused(page), 'composer-text');
  });

  it('finds the draft again after the view was hidden', async () => {
    const { page } = await open(idle());
    await page.getByRole('radio', { name: 'Database' }).check({ force: true });
    await page.locator('#composer-text').fill('How many');
    await page.reload();
    await page.locator('#composer-text').waitFor();
    assert.equal(await page.locator('#composer-text').inputValue(), 'How many');
    assert.equal(await page.getByRole('radio', { name: 'Database' }).isChecked(), true);
  });

  it('runs exactly the text on the card', async () => {
    const { page, asked } = await open(awaiting());
    await page.waitForTimeout(settled);
    await page.getByRole('button', { name: 'Run: wc' }).click();
    await page.waitForTimeout(20);
    assert.deepEqual(asked, [['decide', { step: 1, shown: command, decision: { verdict: 'run' } }]]);
  });

  it('says why it asks, and marks the part by more than its colour', async () => {
    const { page } = await open(chatStates['approval with a reason'] ?? idle());
    const mark = page.locator('pre.command mark');
    assert.equal(await mark.innerText(), aWhy.part);
    assert.match(
      await mark.evaluate('getComputedStyle(document.querySelector("mark")).textDecorationLine'),
      /underline/,
    );
    assert.equal(await page.locator('pre.command').innerText(), risky);
    const id = await page.getByRole('button', { name: `Run: ${risky}` }).getAttribute('aria-describedby');
    assert.match(
      (await page.locator(`#${id}`).textContent()) ?? '',
      /not known to only read\.\s+The part:\s+rm -rf build/,
    );
  });

  it('makes a rule by keyboard alone, and shows it to the letter before', async () => {
    const { page, asked } = await open(chatStates['approval with a reason'] ?? idle());
    await page.locator('.always summary').focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.always code').innerText(), aWhy.rule);
    await page.waitForTimeout(settled);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(50);
    const decision = { verdict: 'run', remember: 'run' };
    assert.deepEqual(asked, [['decide', { step: 1, shown: risky, decision }]]);
  });

  it('makes a rule for the user with the other button', async () => {
    const { page, asked } = await open(chatStates['approval with a reason'] ?? idle());
    await page.locator('.always summary').click();
    await page.waitForTimeout(settled);
    await page.getByRole('button', { name: 'Always for Me' }).click();
    await page.waitForTimeout(20);
    const decision = { verdict: 'run', remember: 'user' };
    assert.deepEqual(asked, [['decide', { step: 1, shown: risky, decision }]]);
  });

  it('takes a click that comes as the card appears for one that was meant for something else', async () => {
    const { page, asked, tell } = await open({ ...awaiting(), state: { ...surroundings, run: running } });
    const clicked = page.evaluate(`new Promise((resolve) => {
      new MutationObserver(() => {
        const run = document.querySelector('.awaiting .primary');
        run?.click();
        if (run) resolve();
      }).observe(document.body, { childList: true, subtree: true });
    })`);
    tell(awaiting().state);
    await clicked;
    await page.waitForTimeout(settled);
    assert.deepEqual(asked, []);
  });

  it('runs the card that has the focus on Ctrl+Enter, edited text and all', async () => {
    const { page, asked } = await open(awaiting());
    await page.waitForTimeout(settled);
    await page.getByRole('button', { name: 'Edit: wc' }).click();
    await page.getByRole('textbox', { name: 'Text to run instead' }).fill('wc -l *.py');
    await page.waitForTimeout(settled);
    await page.keyboard.press('Control+Enter');
    const decision = { verdict: 'edit', text: 'wc -l *.py' };
    assert.deepEqual(asked, [['decide', { step: 1, shown: command, decision }]]);
  });

  it('skips with a reason, and Escape only leaves the question for it', async () => {
    const { page, asked } = await open(awaiting());
    await page.waitForTimeout(settled);
    await page.getByRole('button', { name: 'Skip: wc' }).click();
    await page.keyboard.press('Escape');
    assert.deepEqual(asked, []);
    await page.waitForTimeout(settled);
    await page.getByRole('button', { name: 'Skip: wc' }).click();
    await page.keyboard.type('Too slow.');
    await page.waitForTimeout(settled);
    await page.keyboard.press('Enter');
    const decision = { verdict: 'skip', reason: 'Too slow.' };
    assert.deepEqual(asked, [['decide', { step: 1, shown: command, decision }]]);
  });

  it('says something to the agent at work, and shows what it has not read yet', async () => {
    const { page, asked, tell } = await open({ state: { ...surroundings, run: running }, events: [started] });
    await page.locator('#composer-text').fill('Leave out the folder vendor.');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(50);
    assert.deepEqual(asked, [['instruct', 'Leave out the folder vendor.']]);
    tell({ ...surroundings, run: { ...running, waiting: [{ id: 3, text: 'Leave out the folder vendor.' }] } });
    await page.getByText('The agent reads this with the next output.').waitFor();
    await page.getByRole('button', { name: 'Take back: Leave out' }).click();
    await page.waitForTimeout(20);
    assert.deepEqual(asked.at(-1), ['withdraw', 3]);
    assert.equal(await page.locator('#composer-text').inputValue(), 'Leave out the folder vendor.');
  });

  it('says nothing that is too long for an agent at work, and by how much', async () => {
    const { page, asked } = await open({ state: { ...surroundings, run: running }, events: [started] });
    await page.locator('#composer-text').fill('x'.repeat(1001));
    await page.keyboard.press('Enter');
    await page.getByText('1001 characters, and the agent reads 1000 at most').waitFor();
    assert.deepEqual(asked, []);
    assert.equal((await page.locator('#composer-text').inputValue()).length, 1001);
  });

  const resumptions = [
    ['stopped', 'Resume'],
    ['interrupted', 'Resume'],
    ['step limit', 'Continue'],
  ] as const;
  for (const [state, button] of resumptions) {
    it(`offers after ${state}: ${button}`, async () => {
      const { page, asked } = await open(chatStates[state] ?? idle());
      await page.getByRole('button', { name: button }).click();
      await page.waitForTimeout(20);
      assert.deepEqual(asked, [['resume', null]]);
    });
  }

  it('shows what goes along, what it takes and what is left, and takes it away again', async () => {
    const { page, asked } = await open(chatStates['attached'] ?? idle());
    const list = page.getByRole('list', { name: 'Attached' });
    assert.match(await list.innerText(), /src\/orders\.py, lines 3 to 9\s+180 tokens[^]*1,020 tokens are left/);
    await page.getByRole('button', { name: 'Remove: src/orders.py' }).click();
    await page.getByRole('button', { name: 'Attach a File' }).click();
    await page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData('text/uri-list', 'file:///a/b.py\\r\\n');
      window.dispatchEvent(new DragEvent('drop', { dataTransfer }));
    })()`);
    await page.waitForTimeout(50);
    assert.deepEqual(asked, [
      ['detach', 0],
      ['attach', null],
      ['attachDropped', ['file:///a/b.py']],
    ]);
  });

  const deeds = [
    ['Copy: ls -l', 'copy'],
    ['Insert into the editor: ls -l', 'insert'],
    ['Run as Task: ls -l', 'runCode'],
  ] as const;
  for (const [button, request] of deeds) {
    it(`does with code of a reply: ${request}`, async () => {
      const { page, asked } = await open(chatStates['chat, listening'] ?? idle());
      await page.getByRole('button', { name: button }).click();
      await page.waitForTimeout(50);
      assert.deepEqual(asked, [[request, 'ls -l']]);
    });
  }

  it('goes on with a conversation that listens, and shows what the model says as the text it is', async () => {
    const { page, asked } = await open(chatStates['chat, listening'] ?? idle());
    assert.equal(await page.locator('.transcript :is(img, script, a, iframe)').count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 0);
    await page.getByRole('radio', { name: 'Chat' }).check({ force: true });
    await page.locator('#composer-text').fill('And by size?');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(50);
    assert.deepEqual(asked, [['say', 'And by size?']]);
  });

  it('stops on Escape, once', async () => {
    const { page, asked } = await open({ state: { ...surroundings, run: running }, events: [started] });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Stopping' }).waitFor();
    assert.deepEqual(asked, [['stop', null]]);
  });

  it('shows a hostile command as the text it is, whole, with nothing hidden in it', async () => {
    const { page } = await open(chatStates['hostile approval'] ?? idle());
    assert.equal(await page.locator('.transcript :is(img, script, a, iframe)').count(), 0);
    const shown = await page.locator('pre.command').innerText();
    for (const name of ['U+202E', 'U+202C', 'U+00A0', 'U+200B', 'U+001B']) assert.ok(shown.includes(name), name);
    assert.ok(shown.includes('; rm -rf ~'));
    assert.equal(hostileText.includes('U+'), false);
  });

  it('moves no focus while a reply streams in, and tells a screen reader once', async () => {
    const { page, tell, say } = await open({ state: { ...surroundings, run: running }, events: [started] });
    await page.locator('#composer-text').focus();
    await page.evaluate(
      `window.said = [];
       new MutationObserver(() => said.push(document.querySelector('[role=status]').textContent))
         .observe(document.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true })`,
    );
    say({ type: 'step', step: 1, limit: 8 });
    for (const word of ['Think: ', 'I ', 'count ', 'lines.']) say({ type: 'delta', text: word });
    await page.getByText('I count lines.').waitFor();
    say({ type: 'action', step: 1, kind: 'bash', text: 'ls', thought: 'I count lines.' });
    tell({ ...surroundings, run: { ...running, awaiting: 1 } });
    await page.getByRole('button', { name: 'Run: ls' }).waitFor();
    assert.equal(await focused(page), 'composer-text');
    assert.deepEqual(await page.evaluate('said.filter(Boolean)'), ['The model is answering.', 'Approval needed: ls']);
    assert.equal(await page.getByRole('log').getAttribute('aria-live'), 'off');
  });

  it('shows the last lines of a command that runs, as the text they are', async () => {
    const { page } = await open(chatStates['running for a while'] ?? idle());
    const lines = await page.getByRole('group', { name: 'Last lines of the output' }).innerText();
    assert.match(lines, /^1\n2\nx{200}\n<img src=x/);
    assert.equal(await page.locator('.transcript :is(img, script, a, iframe)').count(), 0);
  });

  const offers: readonly (readonly [state: string, button: string, request: string])[] = [
    ['running for a while', 'Interrupt', 'interrupt'],
    ['running for a while', 'Open Terminal', 'showTerminal'],
    ['waiting for input', 'Type in Terminal', 'showTerminal'],
    ['waiting for input', 'Interrupt', 'interrupt'],
    ['waiting for a secret', 'Type in Terminal', 'showTerminal'],
    ['a long command', 'Keep Waiting', 'keepWaiting'],
    ['a long command', 'Send to Background', 'sendToBackground'],
    ['a long command', 'Stop Command', 'interrupt'],
  ];
  for (const [state, button, request] of offers) {
    it(`offers for ${state}: ${button}`, async () => {
      const { page, asked } = await open(chatStates[state] ?? idle());
      await page.getByRole('button', { name: button }).click();
      await page.waitForTimeout(20);
      assert.deepEqual(asked, [[request, null]]);
    });
  }

  it('keeps the focus in the card when its buttons go', async () => {
    const { page, tell } = await open(chatStates['a long command'] ?? idle());
    await page.getByRole('button', { name: 'Keep Waiting' }).focus();
    tell({ ...surroundings, run: { ...running, command: { state: 'running', lines: [] } } });
    await page.getByRole('button', { name: 'Interrupt' }).waitFor();
    assert.equal(await page.evaluate('document.activeElement.className'), 'card-header');
  });

  it('asks for everything again when it has missed something', async () => {
    const { page, say, snapshots } = await open({ state: { ...surroundings, run: running }, events: [started] });
    assert.equal(snapshots(), 1);
    say({ type: 'step', step: 1, limit: 8 }, { lost: true });
    say({ type: 'delta', text: 'Think: I list.' });
    await page.getByText('I list.').waitFor();
    assert.equal(snapshots(), 2);
  });

  it('shows the beginning and the end of a flood, and says what the model read', async () => {
    const { page } = await open(chatStates['a flood'] ?? idle());
    const output = page.getByRole('group', { name: 'Output' });
    assert.match(await output.innerText(), /10:00 0\n[^]*did not read[^]*10:00 39$/m);
    assert.ok((await output.innerText()).split('\n').length < 20);
    await page.getByRole('button', { name: /^Show all/ }).click();
    await output.getByText('and the end, which the model did not read').waitFor();
  });

  it('shows the last query below the answer: its rows as a plot and as a table, and the way to a file', async () => {
    for (const [state, picture] of [
      ['database bars', 'Bar plot of revenue by name, 6 bars. The table below has the same numbers.'],
      ['database line', 'Line plot of orders over month, 18 points. The table below has the same numbers.'],
    ] as const) {
      const { page, asked } = await open(chatStates[state] as ChatState);
      const result = page.getByRole('region', { name: 'The last query and its rows' });
      await result.getByRole('img', { name: picture }).locator('canvas').waitFor();
      const drawn = `(() => {
        const { width, height } = document.querySelector('agentlm-plot canvas');
        const pixels = document.querySelector('agentlm-plot canvas').getContext('2d').getImageData(0, 0, width, height);
        return pixels.data.some((value) => value > 0);
      })()`;
      await page.waitForFunction(drawn);
      assert.equal(await result.getByRole('row').count(), state === 'database bars' ? 7 : 19);
      await result.getByRole('button', { name: 'Export Result…' }).click();
      assert.deepEqual(asked, [['exportResult', null]]);
    }
  });

  it('asks for the drawing of plots only where there is one', async () => {
    const { page } = await open(chatStates['database answer'] as ChatState);
    assert.equal(await page.locator('script[src$="plot.js"]').count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Export Result…' }).count(), 0);
  });

  it('offers what cannot become training data for rejection only, and says why', async () => {
    const { page, asked } = await open(chatStates['step limit'] ?? idle());
    const accept = page.getByRole('button', { name: 'Accept' });
    assert.equal(await accept.getAttribute('aria-disabled'), 'true');
    await page.getByText('did not reach its end').waitFor();
    await accept.click({ force: true });
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.waitForTimeout(20);
    assert.deepEqual(asked, [['reject', null]]);
  });
});

describe('The chat page with a long run', function () {
  this.timeout(60_000);
  let browser: Browser;
  let stage: Stage;

  before(async function () {
    if (findChromium() === undefined) this.skip();
    browser = await launchChromium();
    stage = await openStage(browser);
  });

  after(() => browser?.close());
  afterEach(() => assert.deepEqual(stage?.problems.splice(0) ?? [], []));

  it('opens at its end, with a small part of it', async () => {
    const { page } = await stage.show(manySteps(2000));
    await page.getByText('echo 2000', { exact: true }).waitFor();
    assert.ok((await page.locator('.reply').count()) < 150);
    assert.equal(await atEnd(page), true);
  });

  it('brings earlier steps as somebody scrolls up, and moves nothing that is read', async () => {
    const { page, parts } = await stage.show(manySteps(2000));
    await page.getByText('echo 2000', { exact: true }).waitFor();
    const asked = parts.length;
    await page.mouse.move(150, 300);
    while (parts.length === asked) {
      await page.mouse.wheel(0, -400);
      await page.waitForTimeout(20);
    }
    const moved = await page.evaluate(`(async () => {
      const scroller = document.querySelector('.transcript');
      const row = [...scroller.querySelectorAll('agentlm-action')].find((each) => each.getBoundingClientRect().top > 100);
      const before = row.getBoundingClientRect().top;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return row.isConnected ? row.getBoundingClientRect().top - before : 'gone';
    })()`);
    assert.ok(typeof moved === 'number' && Math.abs(moved) < 2, String(moved));
    assert.ok((await page.locator('.reply').count()) < 200);
  });

  it('reaches every step by keyboard alone', async () => {
    const { page } = await stage.show(manySteps(300));
    await page.getByText('echo 300', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Go to Beginning' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('echo 1', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'You' }).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Go to End' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('echo 300', { exact: true }).waitFor();
    assert.equal(await atEnd(page), true);
  });

  it('leads to a step that is not drawn, and gives it the focus', async () => {
    const { page, showStep } = await stage.show(manySteps(500));
    await page.getByText('echo 500', { exact: true }).waitFor();
    showStep(77);
    await page.getByText('echo 77', { exact: true }).waitFor();
    await until(page, 'document.activeElement.dataset.step === "77"');
    const top: number = await page.evaluate('document.activeElement.getBoundingClientRect().top');
    assert.ok(top >= 0 && top < 300, String(top));
  });

  it('goes on at its end while steps arrive, and leaves alone who reads above', async () => {
    const { page, say } = await stage.show(manySteps(100));
    await page.getByText('echo 100', { exact: true }).waitFor();
    for (const event of aStep(101)) say(event);
    await page.getByText('echo 101', { exact: true }).waitFor();
    await until(page, endRead);
    await page.mouse.move(150, 300);
    await page.mouse.wheel(0, -3000);
    await page.waitForTimeout(200);
    const top: number = await page.evaluate(scrollTop);
    for (let number = 102; number < 130; number++) for (const event of aStep(number)) say(event);
    await page.waitForTimeout(300);
    assert.equal(await atEnd(page), false);
    assert.ok(Math.abs(top - (await page.evaluate<number>(scrollTop))) < 2);
  });
});

const scrollTop = `document.querySelector('.transcript').scrollTop`;
const endRead = `(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 32)(document.querySelector('.transcript'))`;

/** The page forbids `eval`, which Playwright's own way of waiting needs. */
async function until(page: Page, condition: string): Promise<void> {
  while (!(await page.evaluate(condition))) await page.waitForTimeout(20);
}

function atEnd(page: Page): Promise<unknown> {
  return page.evaluate(endRead);
}

function manySteps(count: number): ChatState {
  const events = Array.from({ length: count }, (_, index) => aStep(index + 1)).flat();
  return { state: { ...surroundings, run: running }, events: [started, ...events] };
}

function aStep(step: number): readonly PageEvent[] {
  return [
    { type: 'step', step, limit: 9999 },
    { type: 'action', step, kind: 'bash', text: `echo ${step}`, thought: `This is step ${step}.` },
    { type: 'approval', step, decision: { verdict: 'run' } },
    {
      type: 'observation',
      step,
      text: `The output of the OS:\n\nout ${step}`,
      exitCode: 0,
      cwd: '/',
      truncated: false,
    },
  ];
}

function idle(): ChatState {
  return { state: { ...surroundings, run: { phase: 'idle' } }, events: [] };
}

function awaiting(): ChatState {
  return { state: { ...surroundings, run: { ...running, awaiting: 1 } }, events: proposed };
}

function focused(page: Page): Promise<unknown> {
  return page.evaluate('document.activeElement.id');
}
