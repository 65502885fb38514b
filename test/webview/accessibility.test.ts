import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../../scripts/chromium.mts';
import themes from '../fixtures/themes.json';
import { chatStates, hostileText } from './chatStates';
import { pageStates } from './pageStates';
import { reviewPage, reviewStates } from './reviewStates';
import { openStage, type Stage, type ThemeName } from './stage';

const [firstTheme, ...otherThemes] = Object.keys(themes) as ThemeName[];

/** Every state of every page in an editor. */
const editorStates = [
  ...Object.entries(reviewStates).map(([name, state]) => [`review, ${name}`, reviewPage(state)] as const),
  ...Object.entries(pageStates(hostileText)),
];

describe('The rules of axe-core', function () {
  this.timeout(60_000);
  let browser: Browser;
  let stage: Stage;

  before(async function () {
    if (findChromium() === undefined) this.skip();
    browser = await launchChromium();
    stage = await openStage(browser);
  });

  after(() => browser?.close());

  for (const [name, state] of Object.entries(chatStates)) {
    it(`are kept by the chat in every theme: ${name}`, async () => keepsRules((await stage.show(state)).page));
  }

  for (const [name, state] of editorStates) {
    it(`are kept by a page in an editor in every theme: ${name}`, async () => keepsRules(await stage.open(state)));
  }

  it('are given the colours that VS Code gives to a page: `npm run themes` asks it', async () => {
    const named = await Promise.all(globSync('media/*.css').map((file) => readFile(file, 'utf8')));
    const used = new Set(named.join().match(/--vscode-[\w-]+/g));
    for (const { variables } of Object.values(themes)) {
      assert.deepEqual(
        [...used].filter((name) => !Object.hasOwn(variables, name)),
        [],
      );
    }
  });

  /** All rules in one theme; in the others those that look at colours. */
  async function keepsRules(page: Page): Promise<void> {
    if (firstTheme) await stage.wear(firstTheme);
    const broken = await violations(axe(page).options({ rules: { 'target-size': { enabled: true } } }));
    for (const theme of otherThemes) {
      await stage.wear(theme);
      const found = await violations(axe(page).withRules(['color-contrast', 'link-in-text-block']));
      broken.push(...found.map((each) => `${theme}: ${each}`));
    }
    assert.deepEqual(broken, []);
  }
});

/** CSS pixels of the narrowest sidebar that VS Code draws: one of 340 pixels at 200 %. */
const narrowest = 170;

describe('A narrow page', function () {
  this.timeout(240_000);
  let browser: Browser;
  let stage: Stage;

  before(async function () {
    if (findChromium() === undefined) this.skip();
    browser = await launchChromium();
    stage = await openStage(browser);
  });

  after(() => browser?.close());

  for (const width of [300, narrowest]) {
    it(`has nothing beyond its edge and nothing cut at ${width} pixels`, async () => {
      const found: string[] = [];
      const look = async (name: string, page: Page) => {
        await page.setViewportSize({ width, height: 600 });
        found.push(...(await page.evaluate<string[]>(misfits)).map((each) => `${name}: ${each}`));
      };
      for (const [name, state] of Object.entries(chatStates)) await look(name, (await stage.show(state)).page);
      for (const [name, state] of Object.entries(reviewStates)) {
        await look(`review, ${name}`, await stage.open(reviewPage(state)));
      }
      assert.deepEqual(found, []);
    });
  }
});

/**
 * The elements that reach over the edge of the page, and those whose text is cut without a tooltip that has all of it.
 * A grid scrolls within itself; a cell that is cut is whole in the text below it.
 */
const misfits = `(() => {
  const elements = [...document.querySelectorAll('body > :not(script) *')]
    .filter((element) => !element.closest('.visually-hidden') && !element.parentElement.closest('.grid, div.figures'));
  const over = elements
    // An inline box has the spaces in it that hang over the end of a line.
    .filter((element) => getComputedStyle(element).display !== 'inline')
    .filter((element) => getComputedStyle(element).position !== 'absolute')
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
  const cut = elements
    .filter((element) => !element.matches('textarea, .grid, div.figures') && getComputedStyle(element).overflowX !== 'visible')
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .filter((element) => !element.closest('[title]')?.title.includes(element.textContent.trim()));
  return [...new Set([...over, ...cut])].map((element) => element.outerHTML.slice(0, 120));
})()`;

/** The page has one frame: there is nothing to open others for. */
function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode(true);
}

/** The element that breaks a rule, and the advice. */
async function violations(builder: AxeBuilder): Promise<string[]> {
  const { violations } = await builder.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
