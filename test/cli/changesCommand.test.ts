import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { ChangesArguments } from '../../src/cli/changesArguments';
import { changesCommand } from '../../src/cli/changesCommand';
import { openShell } from '../../src/runtime/shell/openShell';
import { probeSandbox } from '../../src/runtime/shell/sandbox/probe';
import { openWorkspaceSandbox } from '../../src/runtime/shell/sandbox/workspace';

const { signal } = new AbortController();

describe('agentlm changes', function () {
  this.timeout(30_000);
  let folder: string;
  let workspace: string;
  let storage: string;
  beforeEach(async function () {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'agentlm-test-')));
    [workspace, storage] = [path.join(folder, 'workspace'), path.join(folder, 'storage')];
    mkdirSync(workspace);
    if ((await probeSandbox(storage)) !== undefined) this.skip();
    writeFileSync(path.join(workspace, 'a'), 'a\n');
    await delay(50);
    await runInSandbox('echo b >>a; ln -s a l; mkdir -p .git .vscode; echo x >.git/config; echo x >.vscode/tasks.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function runInSandbox(command: string): Promise<void> {
    const options = { network: false, writeLimitBytes: 1e9, storage };
    const sandbox = await openWorkspaceSandbox({ id: 'os_1', workspace, problem: 'Do \x1b[31mit' }, options);
    const shell = await openShell({ cwd: workspace, sandbox });
    await shell.execute(command, signal);
    await shell.close();
  }
  async function agentlm(action: ChangesArguments['action'], json = false): Promise<{ code: number; text: string }> {
    let text = '';
    const write = (more: string) => void (text += more);
    const code = await changesCommand({ command: 'changes', storage, json, action }, write, signal);
    return { code, text: stripVTControlCharacters(text) };
  }
  const applyAll = { name: 'apply', id: 'os_1', paths: 'all', includeGit: false, overwrite: false } as const;

  it('lists, shows, applies and forgets', async () => {
    const listed = `os_1\n  Do <U+001B>[31mit\n  4 changed in ${workspace}\n`;
    assert.deepEqual(await agentlm({ name: 'list' }), { code: 0, text: listed });
    const shown = [
      'A .git/config (git’s own, applied with --include-git only)',
      'A .vscode/tasks.json (can make the editor run programs)',
      'M a',
      'A l (link to a)',
    ];
    assert.deepEqual(await agentlm({ name: 'show', id: 'os_1' }), { code: 0, text: `${shown.join('\n')}\n` });
    const { code, text } = await agentlm(applyAll);
    assert.equal(code, 1);
    assert.match(text, /^not applied \.git\/config: .*\n3 applied\. 1 wait: agentlm changes show os_1\n$/);
    assert.equal(readFileSync(path.join(workspace, 'a'), 'utf8'), 'a\nb\n');
    assert.deepEqual(await agentlm({ ...applyAll, includeGit: true }), { code: 0, text: '1 applied.\n' });
    assert.deepEqual(await agentlm({ name: 'list' }), { code: 0, text: 'No changes wait for a decision.\n' });
    assert.deepEqual(readdirSync(storage), []);
  });

  it('says all that to a program, too', async () => {
    const { runs } = JSON.parse((await agentlm({ name: 'list' }, true)).text) as {
      runs: { id: string; files: number }[];
    };
    assert.deepEqual(
      runs.map(({ id, files }) => [id, files]),
      [['os_1', 4]],
    );
    const { changes } = JSON.parse((await agentlm({ name: 'show', id: 'os_1' }, true)).text) as { changes: unknown[] };
    assert.deepEqual(changes[2], {
      path: 'a',
      kind: 'modified',
      before: { type: 'file', size: 2, mode: 0o644 },
      after: { type: 'file', size: 4, mode: 0o644 },
    });
    const report: unknown = JSON.parse((await agentlm({ ...applyAll, paths: ['l'] }, true)).text);
    assert.deepEqual(report, { id: 'os_1', workspace, applied: ['l'], refused: [], left: 3 });
    const missing = await agentlm({ name: 'show', id: 'os_2' }, true);
    assert.equal(missing.code, 2);
    assert.match(missing.text, /^\{"type":"failure","code":"cli\.unknownId"/);
  });

  it('names --overwrite where the workspace has changed meanwhile', async () => {
    writeFileSync(path.join(workspace, 'a'), 'mine\n');
    const conflicting = { ...applyAll, paths: ['a'] };
    const { code, text } = await agentlm(conflicting);
    assert.equal(code, 1);
    assert.match(text, /not applied a: .*\nApply again with --overwrite/);
    assert.equal((await agentlm({ ...conflicting, overwrite: true })).code, 0);
    assert.equal(readFileSync(path.join(workspace, 'a'), 'utf8'), 'a\nb\n');
  });

  it('discards, and refuses what is not there', async () => {
    assert.equal((await agentlm({ ...applyAll, paths: ['none'] })).code, 1);
    assert.equal((await agentlm({ name: 'show', id: 'os_2' })).code, 2);
    assert.equal((await agentlm({ name: 'discard', id: '1' })).code, 0);
    assert.deepEqual(readdirSync(workspace), ['a']);
    assert.deepEqual(readdirSync(storage), []);
  });
});
