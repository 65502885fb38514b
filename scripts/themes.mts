// Asks the real workbench what its webviews are given in each theme, for tests that show a page without one: `npm run themes`.
import { glob, readFile, writeFile } from 'node:fs/promises';
import { openWorkbench, themes, type Theme } from '../test/browser/workbench.mts';
import { build } from './build.mts';

await build();
const named = await Promise.all((await Array.fromAsync(glob('{media/*.css,test/webview/stage.ts}'))).map(variablesOf));
const asked = [...new Set(named.flat())].sort();
const workbench = await openWorkbench({ name: 'themes' });
try {
  await workbench.runCommand('View: Show AgentLM');
  const captured: Record<string, unknown> = {};
  for (const theme of themes) captured[theme] = await capture(theme);
  await writeFile('test/fixtures/themes.json', `${JSON.stringify(captured, null, 1)}\n`);
} finally {
  await workbench.close();
}

async function variablesOf(file: string): Promise<string[]> {
  return [...(await readFile(file, 'utf8')).matchAll(/--vscode-[\w-]+/g)].map(([name]) => name);
}

async function capture(theme: Theme): Promise<unknown> {
  await workbench.wear(theme);
  const chat = await workbench.webview('Chat');
  await chat.locator(`body[data-vscode-theme-id="${theme}"]`).waitFor();
  return chat.locator('html').evaluate(
    (root, variables) => ({
      kind: root.querySelector('body')?.dataset['vscodeThemeKind'],
      /** Null where the theme has none: then the style sheet falls back. */
      variables: Object.fromEntries(variables.map((name) => [name, root.style.getPropertyValue(name) || null])),
    }),
    asked,
  );
}
