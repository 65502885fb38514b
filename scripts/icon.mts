// Draws the icon of the extension from media/logo.svg: `npm run icon`.
import { readFile } from 'node:fs/promises';
import { launchChromium } from './chromium.mts';

const pixels = 128;

const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: pixels, height: pixels } });
  await page.setContent(
    `<style>body { margin: 0 } svg { display: block }</style>${await readFile('media/logo.svg', 'utf8')}`,
  );
  await page.screenshot({ path: 'media/icon.png', omitBackground: true });
} finally {
  await browser.close();
}
