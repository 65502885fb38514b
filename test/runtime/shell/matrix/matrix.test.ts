import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { listProcesses } from '../../../../src/runtime/shell/processes';
import { scratchName } from '../../../../src/runtime/shell/scratch';
import { ownPrefix } from '../../../../src/runtime/temporaryFolder';
import { patientMs, shortPatience, withShell } from '../shells';
import type { Case } from './cases';
import { compound } from './compound';
import { ending } from './ending';
import { answered, unanswered } from './input';
import { jobs } from './jobs';
import { charsets, output } from './output';
import { documents, quoting } from './quoting';
import { directories, options, variables } from './state';
import { traps } from './traps';

const groups: Readonly<Record<string, readonly Case[]>> = {
  quoting,
  documents,
  compound,
  directories,
  variables,
  options,
  traps,
  jobs,
  'input that comes': answered,
  'input that does not come': unanswered,
  'the end of the shell': ending,
  output,
  charsets,
};

describe('The capture matrix', function () {
  this.timeout(patientMs);

  it('has 200 cases or more, each with a title of its own', () => {
    const titles = Object.entries(groups).flatMap(([group, cases]) => cases.map(({ title }) => `${group}: ${title}`));
    assert.ok(titles.length >= 200, `${titles.length}`);
    assert.equal(new Set(titles).size, titles.length);
  });

  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const shown of cases) {
        it(shown.title, async function () {
          if (shown.needs !== undefined && !isThere(shown.needs)) this.skip();
          await check(shown);
        });
      }
    });
  }
});

async function check(shown: Case): Promise<void> {
  let run = '';
  const before = ownFolders();
  let during: string[] = [];
  await withShell(
    async (shell) => {
      const placed = (text: string): string => text.replaceAll('FOLDER', shell.folder);
      run = (await shell.run('echo $AGENTLM_RUN')).output.trim();
      during = ownFolders();
      if (shown.before !== undefined) await shell.run(placed(shown.before));

      const running = shell.run(placed(shown.command));
      for (const [sees, keys] of shown.keys ?? []) {
        await shell.sees(sees);
        shell.type(keys);
      }
      const { output, exitCode, cwd, note = '', omittedBytes } = await running;
      const isExpected = (text: string, expected: string | RegExp): void => {
        if (typeof expected === 'string') assert.equal(text, placed(expected));
        else assert.match(text, expected);
      };
      isExpected(output, shown.output);
      if (!('exitCode' in shown)) assert.equal(exitCode, 0);
      else if (shown.exitCode !== undefined) assert.equal(exitCode, shown.exitCode);
      assert.equal(cwd, placed(shown.cwd ?? 'FOLDER'));
      assert.match(note, shown.note ?? /^$/);
      assert.equal(omittedBytes, 0);

      const [command, expected] = shown.next ?? ['echo $?; \\builtin pwd >/dev/null', `${exitCode}\n`];
      isExpected((await shell.run(placed(command))).output, expected);
    },
    { patience: shortPatience, ...shown.options },
  );
  assert.deepEqual(await listProcesses({ run, lockLimit: 'none', session: undefined }), []);
  assert.ok(during.length > before.length);
  assert.deepEqual(ownFolders(), before);
}

function ownFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => `${tmpdir()}/${name}`.startsWith(ownPrefix(scratchName)));
}

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
}
