import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { formatDialogue, gpt, human } from '../../src/agent/conversation';
import { probeSandbox } from '../../src/runtime/shell/sandbox/probe';

const bash = (script: string) => gpt(`Think: Look.\n\nAct: bash\n\n\`\`\`bash\n${script}\n\`\`\``, { loss: true });
const said = (output: string) => human(`The output of the OS:\n\n${output}`);

describe('A trajectory that is run again', () => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(folder);

  before(async function () {
    const storage = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
    const missing = await probeSandbox(storage);
    await rm(storage, { recursive: true });
    if (missing !== undefined) this.skip();
  });

  it('shows in an editor of differences what it would read now, and leaves nothing behind', async () => {
    const file = vscode.Uri.joinPath(folder, 'recorded.jsonl');
    const row = {
      id: 'os_1',
      conversations: [
        human('How many files?'),
        bash('echo a >made; ls'),
        said('made'),
        bash('cat made; echo now'),
        said('a\nthen'),
        gpt('Think: Done.\n\nAct: finish', { loss: true }),
      ],
    };
    await writeFile(file.fsPath, `${formatDialogue(row)}\n`);
    await vscode.commands.executeCommand('agentlm.replayTrajectory', file);

    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const textOf = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    const [then, now] = [await textOf(input.original), await textOf(input.modified)];
    assert.match(then, /── Step 1 ──\necho a >made; ls\n\n[^]*\nmade\n/);
    assert.match(then, /a\nthen\n$/);
    assert.match(now, /a\nnow\n/);
    const untilLast = (text: string) => text.slice(0, text.indexOf('── Step 2'));
    assert.equal(untilLast(now), untilLast(then), 'what was the same is no difference');
    assert.ok(!(await readdir(folder.fsPath)).includes('made'));
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith(`agentlm-replay-${process.pid}`));
    assert.deepEqual(left, []);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });
});
