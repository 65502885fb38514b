import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import manifest from '../../package.json';
import { formatDialogue, gpt, human } from '../../src/agent/conversation';
import { searchTool, taskTool, type ToolParts } from '../../src/vscode/native/agentTools';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import { finished, started, startRunOf } from '../vscode/runs/startedRun';

const makesFolder = "Make a folder named reports and put today's date into reports/date.txt.";

describe('In the places that VS Code has of its own', () => {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  const root = folder.uri.fsPath;
  const set = async (key: string, value: unknown): Promise<void> => {
    await vscode.workspace.getConfiguration('agentlm').update(key, value, vscode.ConfigurationTarget.Global);
  };
  let endpoint: FakeEndpoint;

  before(async () => {
    await vscode.extensions.getExtension('agentlm.agentlm')?.activate();
    endpoint = await startFakeEndpoint(['Twelve.']);
    await set('endpoints', [{ name: 'fake', url: endpoint.url }]);
    await set('endpoint', 'demo');
    await set('approval', 'all');
    // The files that tasks make are looked for in the folder itself.
    await set('sandbox.kind', 'off');
  });

  after(async () => {
    for (const key of ['endpoints', 'endpoint', 'approval', 'sandbox.kind']) await set(key, undefined);
    await endpoint.close();
  });

  describe('the language models', () => {
    it('are the endpoints of the settings, for text and nothing else', async () => {
      const models = await vscode.lm.selectChatModels({ vendor: 'agentlm' });
      assert.deepEqual(models.map(({ name }) => name).sort(), ['AgentLM: A script', 'AgentLM: fake']);
      assert.ok(models.every(({ maxInputTokens }) => maxInputTokens > 1000 && maxInputTokens < 4096));
    });

    it('reply to other extensions, and read a Llama-2 prompt', async () => {
      const [model] = await vscode.lm.selectChatModels({ vendor: 'agentlm', id: 'fake' });
      assert.ok(model);
      const messages = [
        vscode.LanguageModelChatMessage.User('Be brief.'),
        vscode.LanguageModelChatMessage.User('How many eggs?'),
        vscode.LanguageModelChatMessage.Assistant('A dozen.'),
        vscode.LanguageModelChatMessage.User('In a number?'),
      ];
      const response = await model.sendRequest(messages, { modelOptions: { max_tokens: 7 } });
      const pieces: string[] = [];
      for await (const piece of response.text) pieces.push(piece);
      assert.equal(pieces.join(''), 'Twelve.');
      const [asked] = endpoint.completions;
      assert.equal(
        asked?.prompt,
        '[INST] <<SYS>>\nYou are a helpful, respectful and honest assistant.\n<</SYS>>\n\n' +
          'Be brief.\n\nHow many eggs? [/INST] A dozen. </s><s>[INST] In a number? [/INST]',
      );
      assert.equal(asked?.body?.['max_tokens'], 7);
    });

    it('count tokens as Llama-2 does, without asking anybody', async () => {
      const [model] = await vscode.lm.selectChatModels({ vendor: 'agentlm', id: 'fake' });
      const before = endpoint.requests.length;
      const [short, long] = [await model?.countTokens('one'), await model?.countTokens('one two three')];
      assert.equal((long ?? 0) - (short ?? 0), 2);
      assert.equal(endpoint.requests.length, before);
    });

    it('say what they cannot do', async () => {
      const [model] = await vscode.lm.selectChatModels({ vendor: 'agentlm', id: 'fake' });
      assert.ok(model);
      const call = new vscode.LanguageModelToolCallPart('1', 'x', {});
      const messages = [vscode.LanguageModelChatMessage.User('x'), vscode.LanguageModelChatMessage.Assistant([call])];
      await assert.rejects(
        (async () => {
          for await (const piece of (await model.sendRequest(messages)).text) assert.fail(piece);
        })(),
        /AgentLM calls no tools here/,
      );
    });
  });

  describe('the tools', () => {
    it('are those of the manifest, and work for whoever calls them', async () => {
      const registered = vscode.lm.tools.map(({ name }) => name);
      for (const { name } of manifest.contributes.languageModelTools) assert.ok(registered.includes(name), name);
      await writeFile(path.join(root, 'a.py'), '# TODO one\n# TODO two\n');
      const task = 'Count the TODO comments in the Python files and answer with the number.';
      // VS Code confirms by itself where a window is there for tests.
      const options = { input: { task, place: '.' }, toolInvocationToken: undefined };
      const report = textOf(await vscode.lm.invokeTool('agentlm_run_os_task', options));
      assert.match(report, /^Outcome: answered\nAnswer: 2\nPlace: .*\n\nStep 1, bash:\ngrep -rn/);
    });

    it('say what will happen, and where', async () => {
      const prepare = (place?: string) =>
        taskTool('os', toolParts()).prepareInvocation?.(
          { input: { task: 'Count *all* owls.', ...(place && { place }) } },
          never,
        );
      const { confirmationMessages } = (await prepare('.')) ?? {};
      const message = confirmationMessages?.message;
      assert.ok(message instanceof vscode.MarkdownString && message.isTrusted === undefined);
      assert.match(
        message.value,
        /^Count \\\*all\\\* owls\\\.\n\n_The model writes commands\\, which run in a shell in /,
      );
      assert.match(message.value, /Sandbox.*workspace.*Each of them waits for your approval/);
      for (const place of ['/etc', '../..'])
        await assert.rejects(async () => prepare(place), /is not in this workspace/);
    });

    it('run a task, and tell what came of it as briefly as the caller wants', async () => {
      const output = 'owl '.repeat(5000);
      const { run, runs } = startRunOf(
        started,
        { type: 'action', step: 1, kind: 'bash', text: 'ls owls', thought: '' },
        { type: 'observation', step: 1, text: output, exitCode: 0, cwd: root, truncated: false },
        finished('answered', '3'),
      );
      const tool = taskTool('os', {
        ...toolParts(),
        actions: { begin: () => Promise.resolve(runs.find('os_1') ?? run) },
      });
      const tell = async (tokenizationOptions?: vscode.LanguageModelToolTokenizationOptions): Promise<string> => {
        const options = { input: { task: 'Count.' }, toolInvocationToken: undefined };
        return textOf(await tool.invoke({ ...options, ...(tokenizationOptions && { tokenizationOptions }) }, never));
      };
      const whole = await tell();
      assert.match(
        whole,
        /^Outcome: answered\nAnswer: 3\nPlace: .*\n\nStep 1, bash:\nls owls\nOutput \(exit 0\):\nowl /,
      );
      assert.ok(whole.length < 9000);
      const brief = await tell({
        tokenBudget: 100,
        countTokens: (text) => Promise.resolve(Math.ceil(text.length / 4)),
      });
      assert.ok(brief.length <= 400 && brief.startsWith('Outcome: answered'), brief);
    });

    it('find what was kept', async () => {
      await mkdir(path.join(root, '.agentlm/trajectories'), { recursive: true });
      const conversations = [human('Now, my problem is:\n\nCount the owls.'), gpt('Act: answer(3)', { loss: true })];
      const row = formatDialogue({ id: 'os_1', conversations });
      await writeFile(path.join(root, '.agentlm/trajectories/a.jsonl'), `${row}\n`);
      const find = async (words: string): Promise<string> => {
        const folders = [path.join(root, '.agentlm/trajectories'), path.join(root, 'nowhere')];
        const options = { input: { words }, toolInvocationToken: undefined };
        return textOf(await searchTool({ recording: { folders } }).invoke(options, never));
      };
      assert.match(await find('owls'), /^Trajectory os_1\n.*answer\(3\)/s);
      assert.match(await find('hawks'), /^No trajectory/);
    });

    const never = new vscode.CancellationTokenSource().token;
    const toolParts = (): ToolParts => ({
      actions: { begin: () => assert.fail('must not start') },
      recording: { folders: [] },
      guard: { forRun: () => Promise.resolve({ approval: 'ask', sandbox: 'workspace', network: false }) },
      showChat: () => Promise.resolve(),
    });
    const textOf = (result: vscode.LanguageModelToolResult | null | undefined): string =>
      (result?.content ?? []).map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
  });

  it('a task of tasks.json runs to its end', async () => {
    await mkdir(path.join(root, '.vscode'), { recursive: true });
    const entry = { type: 'agentlm', kind: 'os', task: makesFolder, label: 'reports', problemMatcher: [] };
    await writeFile(path.join(root, '.vscode/tasks.json'), JSON.stringify({ version: '2.0.0', tasks: [entry] }));
    const task = await until('the task', async () =>
      (await vscode.tasks.fetchTasks({ type: 'agentlm' })).find(({ name }) => name === 'reports'),
    );
    const ended = new Promise<void>((resolve) => {
      const listening = vscode.tasks.onDidEndTask(({ execution }) => {
        if (execution.task.name !== 'reports') return;
        listening.dispose();
        resolve();
      });
    });
    await vscode.tasks.executeTask(task);
    await ended;
    assert.ok(existsSync(path.join(root, 'reports/date.txt')));
  });

  it('the tasks of this window are offered as tasks', async () => {
    const offered = await vscode.tasks.fetchTasks({ type: 'agentlm' });
    assert.ok(offered.some(({ name, detail }) => name !== 'reports' && detail === makesFolder));
  });

  it('a run is shown as plain text', async () => {
    await vscode.commands.executeCommand('agentlm.openPlainText');
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /^Make a folder named reports.*\nThe model says that the task is done\./s);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  // Before, the chat belongs to those who have signed in to Copilot.
  if (Number(vscode.version.split('.')[1]) >= 122)
    it('@agentlm runs a task', async () => {
      const reports = vscode.Uri.joinPath(folder.uri, 'reports');
      await vscode.workspace.fs.delete(reports, { recursive: true });
      await vscode.commands.executeCommand('workbench.action.chat.open', {
        query: `@agentlm /os ${makesFolder}`,
        modelSelector: { vendor: 'agentlm', id: 'demo' },
      });
      await until('the file', () => Promise.resolve(existsSync(path.join(reports.fsPath, 'date.txt')) || undefined));
    });

  it('no keybinding takes one of VS Code away', async () => {
    const defaults = await vscode.workspace.openTextDocument(
      vscode.Uri.parse('vscode://defaultsettings/keybindings.json'),
    );
    for (const { key, command } of manifest.contributes.keybindings.filter((each) => each.key.includes(' '))) {
      const bound = [...defaults.getText().matchAll(/"key": "([^"]+)",\s*"command": "([^"]+)"/g)];
      const others = bound.filter(([, taken, by]) => taken === key && !by?.startsWith('agentlm.'));
      assert.ok(
        bound.some(([, , by]) => by === command),
        command,
      );
      assert.deepEqual(
        others.map(([, , by]) => by),
        [],
      );
    }
  });
});

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + 20_000; performance.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`There was not ${what}.`);
}
