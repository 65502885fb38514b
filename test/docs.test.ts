import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import manifest from '../package.json';
import words from '../package.nls.json';
import { parseArguments } from '../src/cli/arguments';

const pages = ['README.md', ...globSync('{*,docs/*,resources/**/*,src/**/*,test/**/*,scripts/*,bench/*}.md')];
const forUsers = pages.filter((page) => /^(?:[^/]+|docs\/.*|resources\/.*)$/.test(page));
const textOf = (page: string): string => readFileSync(page, 'utf8');

/** `a-b-c` of `## A: b, c`, as GitHub makes it. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

/** The lines of code blocks, those that go on in the next one joined. */
function codeOf(text: string): readonly string[] {
  const blocks = text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm);
  return [...blocks].flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, '').split('\n'));
}

/** As a shell splits a line, as far as our pages need it; what stands far to the right, or after a #, is a remark. */
function argumentsOf(line: string): readonly string[] {
  const [command = ''] = line.replace(/^\$ /, '').split(/ {2,}|\s#/);
  const known = command.replaceAll(/\$\w+/g, '1');
  return [...known.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ''));
}

describe('The pages', () => {
  it('link to files and headings that exist', () => {
    const broken = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)]
        .filter(([, file = '', anchor]) => {
          const target = file === '' ? page : path.join(path.dirname(page), file);
          return !existsSync(target) || (anchor !== undefined && !anchorsOf(textOf(target)).includes(anchor));
        })
        .map(([link]) => `${page}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  it('show commands of agentlm that can be typed', () => {
    const lines = forUsers.flatMap((page) =>
      codeOf(textOf(page))
        .filter((line) => /^(?:\$ )?(?:agentlm|node dist\/cli\.js) /.test(line))
        .map((line) => ({ page, line })),
    );
    assert.ok(lines.length > 30);
    const wrong = lines.flatMap(({ page, line }) => {
      const [program, ...rest] = argumentsOf(line);
      try {
        parseArguments(program === 'node' ? rest.slice(1) : rest, { LAB_KEY: 'key' }, true);
        return [];
      } catch (error) {
        return [`${page}: ${line}: ${String(error)}`];
      }
    });
    assert.deepEqual(wrong, []);
  });

  it('name scripts, commands and settings that exist', () => {
    const scripts = new Set(Object.keys(manifest.scripts));
    const titles = new Set(manifest.contributes.commands.map(({ title }) => wordsOf(title)));
    const settings = Object.keys(manifest.contributes.configuration.properties);
    const wrong = forUsers.flatMap((page) => {
      const text = textOf(page);
      return [
        ...[...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => !scripts.has(name) && `npm run ${name}`),
        ...[...text.matchAll(/\*\*AgentLM: ([^*<]+)\*\*/g)].map(
          ([, title = '']) => !titles.has(title.replaceAll('\n', ' ')) && `AgentLM: ${title}`,
        ),
        ...[...text.matchAll(/`(agentlm\.[\w.]+)/g)].map(
          ([, key = '']) =>
            !settings.some((each) => each === key || each.startsWith(`${key}.`)) &&
            !JSON.stringify(manifest.contributes).includes(`"${key}"`) &&
            key,
        ),
      ]
        .filter((each) => each !== false)
        .map((each) => `${page}: ${each}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('are all reached from the README', () => {
    const text = textOf('README.md');
    const unreached = globSync('docs/*.md').filter((page) => !text.includes(`(${page}`));
    assert.deepEqual(unreached, []);
  });
});

/** Titles of the manifest are placeholders. */
function wordsOf(title: string): string {
  return (words as Readonly<Record<string, string>>)[title.replaceAll('%', '')] ?? title;
}
