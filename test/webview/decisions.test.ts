import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { findChromium, launchChromium } from '../../scripts/chromium.mts';
import themes from '../fixtures/themes.json';
import { chatStates } from './chatStates';
import { openStage, type Stage, type ThemeName } from './stage';

const artefacts = 'out/artefacts';
/** What waits for a person, and a button that says what they may do. */
const decisions = {
  'approval with a reason': 'Run',
  'waiting for a secret': 'Type in Terminal',
  'a long command': 'Send to Background',
} as const;

describe('What waits for a person in the chat', function () {
  this.timeout(120_000);
  let browser: Browser;
  let stage: Stage;

  before(async function () {
    if (findChromium() === undefined) this.skip();
    browser = await launchChromium();
    stage = await openStage(browser);
    await mkdir(artefacts, { recursive: true });
  });

  after(() => browser?.close());

  for (const [name, button] of Object.entries(decisions)) {
    it(`is in sight and can be clicked in every theme: ${name}`, async () => {
      const state = chatStates[name as keyof typeof decisions];
      assert.ok(state);
      const { page } = await stage.show(state);
      for (const theme of Object.keys(themes) as ThemeName[]) {
        await stage.wear(theme);
        // Does nothing but to see whether it could.
        await page.getByRole('button', { name: button }).first().click({ trial: true });
        await page.screenshot({ path: `${artefacts}/${name}, ${theme}.png` });
      }
    });
  }
});
