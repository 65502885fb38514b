import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../../scripts/chromium.mts';
import { visible } from '../../src/agent/hiddenCharacters';
import hostile from '../fixtures/hostile.json';
import { hostileReviews, hostileRuns } from './hostileStates';
import { openStage, type Stage } from './stage';

const texts = Object.entries(hostile.modelOutputs);

describe('A page with text of somebody who means harm', function () {
  this.timeout(60_000);
  let browser: Browser;
  let stage: Stage;
  const requests: string[] = [];

  before(async function () {
    if (findChromium() === undefined) this.skip();
    browser = await launchChromium();
    stage = await openStage(browser);
    stage.page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    stage.page.on('dialog', (dialog) => {
      requests.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
  });

  after(() => browser?.close());
  afterEach(() => assert.deepEqual(stage?.problems.splice(0) ?? [], []));

  /** Nothing but what the page is made of was drawn, loaded or run, and every character on it can be seen. */
  async function isHarmless(page: Page): Promise<void> {
    assert.deepEqual(await page.evaluate(foreign), []);
    assert.deepEqual(
      requests.splice(0).filter((path) => !/^\/(\w+|theme\.css|media\/\w+\.css|dist\/webview\/[\w.]+)$/.test(path)),
      [],
    );
    const said = await page.evaluate<string[]>(words);
    assert.deepEqual(said.map(visible), said);
  }

  for (const [name, text] of texts) {
    it(`shows ${name} as text wherever a run can say it`, async () => {
      for (const state of hostileRuns(text)) await isHarmless((await stage.show(state)).page);
    });

    it(`hides no part of a command with ${name}`, async () => {
      const [asking] = hostileRuns(text);
      assert.ok(asking);
      const { page } = await stage.show(asking);
      const command = page.locator('pre.command');
      assert.equal(withoutMarks(await command.innerText()), withoutMarks(visible(text)));
      assert.equal(await command.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth), 0);
      assert.equal(await command.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight), 0);
    });

    it(`shows ${name} as text wherever a database can say it`, async () => {
      for (const state of hostileReviews(text)) await isHarmless(await stage.open(state));
    });
  }

  it('turns nothing into markup, even for a script that has got into it', async () => {
    const [state] = hostileRuns('x');
    assert.ok(state);
    const { page } = await stage.show(state);
    const tried = await page.evaluate(
      `(() => { try { document.body.innerHTML = '<b>x</b>'; return 'done'; } catch (error) { return error.name; } })()`,
    );
    assert.equal(tried, 'TypeError');
    stage.problems.length = 0;
  });
});

/** Elements that no page of ours has, and attributes that do something by themselves. */
const foreign = `[...document.querySelectorAll('body *')]
  .filter((element) => /^(a|img|script|iframe|svg|style|link|object|embed|video|audio|form|base|meta)$/i.test(element.localName)
    || [...element.attributes].some(({ name }) => /^(on|srcdoc|href|style$)/i.test(name)))
  .filter((element) => !element.matches('body > script[nonce]'))
  .map((element) => element.outerHTML.slice(0, 100))`;

/** What is read, and what a tooltip or a screen reader says. */
const words = `[document.body.innerText, ...[...document.querySelectorAll('body *')].flatMap((element) =>
  ['title', 'aria-label', 'aria-valuetext', 'placeholder', 'alt'].map((name) => element.getAttribute(name) ?? ''))]`;

/** A hidden character is named in a box on the page, and between < > in text. */
function withoutMarks(text: string): string {
  return text.replace(/<?(U\+[0-9A-F]{4,6})>?/g, '$1');
}
