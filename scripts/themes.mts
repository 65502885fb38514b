// Asks the real workbench what its webviews are given in each theme, for tests that show a page without one: `npm run themes`.
import { glob, readFile, writeFile } from 'node:fs/promises';
import { openWorkbench } from '../test/browser/workbench.mts';
import { build } from './build.mts';

const themes = ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast'] as const;

await build();
const named = await Promise.all((await Array.fromAsync(glob('{media/*.css,test/webview/stage.ts}'))).map(variablesOf));
const asked = [...new Set(named.flat())].sort();
const captured: Record<string, unknown> = {};
for (const theme of themes) captured[theme] = await capture(theme);
await writeFile('test/fixtures/themes.json', `${JSON.stringify(captured, null, 1)}\n`);

async function variablesOf(file: string): Promise<string[]> {
  return [...(await readFile(file, 'utf8')).matchAll(/--vscode-[\w-]+/g)].map(([name]) => name);
}

async function capture(theme: (typeof themes)[number]): Promise<unknown> {
  const workbench = await openWorkbench({ name: 'themes', theme });
  try {
    await workbench.runCommand('View: Show AgentLM');
    const chat = await workbench.webview('Chat');
    await chat.getByRole('textbox', { name: 'Task' }).waitFor();
    return await chat.locator('html').evaluate(
      (root, variables) => ({
        kind: root.querySelector('body')?.dataset['vscodeThemeKind'],
        /** Null where the theme has none: then the style sheet falls back. */
        variables: Object.fromEntries(variables.map((name) => [name, root.style.getPropertyValue(name) || null])),
      }),
      asked,
    );
  } finally {
    await workbench.close();
  }
}
