import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { chatSystem } from '../../src/agent/tasks/chat';
import { prepareSample, type Sample } from '../../src/runtime/demo/sample';
import { startFakeEndpoint, type FakeEndpoint, type FakeReply } from '../fakeEndpoint';
import { openWorkbench, type Workbench } from './workbench.mts';

const bash = (command: string): string => `Think: I go on.\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;

describe('A user who talks with the model', function () {
  this.timeout(180_000);
  const script: FakeReply[] = [];
  let folder: string;
  let sample: Sample;
  let endpoint: FakeEndpoint;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-workspace-'));
    sample = await prepareSample('resources', path.join(folder, 'shop'));
    endpoint = await startFakeEndpoint(() => script.shift() ?? 'I have nothing more to say.');
    workbench = await openWorkbench({
      name: 'chat',
      workspace: sample.workspace,
      settings: {
        'agentlm.endpoints': [{ name: 'fake', url: endpoint.url }],
        'agentlm.endpoint': 'fake',
        'agentlm.approval': 'all',
        'agentlm.sandbox.kind': 'off',
      },
    });
    await workbench.runCommand('AgentLM: New Chat');
    chat = await workbench.webview('Chat');
    await chat.locator('#composer-text').waitFor();
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await endpoint.close();
    await rm(folder, { recursive: true });
  });

  async function say(text: string): Promise<void> {
    const composer = chat.locator('#composer-text');
    await composer.fill(text);
    await composer.press('Enter');
  }

  const log = () => chat.getByRole('log');
  const lastPrompt = (): string => endpoint.completions.at(-1)?.prompt ?? '';

  it('hears a reply, says more, and goes on where it was after the view was hidden', async () => {
    script.push('With ls:\n\n```bash\nls -l\n```', 'With ls -a.');
    await say('How do I list files?');
    await chat.getByRole('button', { name: 'Copy: ls -l' }).waitFor();
    await say('And hidden ones?');
    await log().getByText('With ls -a.').waitFor();
    const prompt = lastPrompt();
    assert.ok(prompt.startsWith(`[INST] <<SYS>>\n${chatSystem}\n<</SYS>>\n\nHow do I list files? [/INST]`), prompt);
    assert.ok(prompt.endsWith('</s><s>[INST] And hidden ones? [/INST]'), prompt);
    await workbench.screenshot('chat, talking');
    await workbench.runCommand('View: Show Explorer');
    await workbench.runCommand('AgentLM: Focus on Chat View');
    chat = await workbench.webview('Chat');
    await log().getByText('With ls -a.').waitFor();
    script.push('You are welcome.');
    await say('Thank you.');
    await log().getByText('You are welcome.').waitFor();
  });

  it('attaches a file, which the model reads', async () => {
    await workbench.page.keyboard.press('Control+p');
    await workbench.page.locator('.quick-input-widget input.input').fill('prices.py');
    await workbench.page.locator('.quick-input-list .monaco-list-row').getByText('prices.py').first().click();
    await workbench.page.locator('.tab.active').getByText('prices.py').waitFor();
    await workbench.runCommand('AgentLM: Attach to Chat');
    await workbench.page.locator('.quick-input-list .monaco-list-row').first().click();
    chat = await workbench.webview('Chat');
    await chat.getByRole('list', { name: 'Attached' }).getByText('prices.py').waitFor();
    await workbench.screenshot('chat, attached');
    script.push('It lists prices.');
    await say('What does it do?');
    await log().getByText('It lists prices.').waitFor();
    const source = await readFile(path.join(sample.workspace, 'prices.py'), 'utf8');
    const prompt = lastPrompt();
    assert.ok(prompt.includes('The content of prices.py:'), prompt);
    assert.ok(prompt.includes(source.trim().split('\n')[0] ?? ''), prompt);
  });

  it('says something to the agent at work, which reads it with the next output', async () => {
    await workbench.runCommand('AgentLM: New Task in Chat');
    await chat.getByRole('radio', { name: 'OS task' }).check({ force: true });
    script.push(bash('until [ -e go ]; do sleep 0.1; done; echo slept'), 'Think: done\n\nAct: finish');
    await say('Sleep for a while.');
    await chat.getByRole('button', { name: 'Stop' }).waitFor();
    await log().getByText('until [ -e go ]').waitFor();
    await say('Then finish.');
    await log().getByText('The agent reads this with the next output.').waitFor();
    await workbench.screenshot('chat, an instruction waits');
    await writeFile(path.join(sample.workspace, 'go'), '');
    await log().getByText('says that the task is done').waitFor();
    const prompt = lastPrompt();
    assert.match(prompt, /slept[^]*Now, my instruction is:\n\nThen finish\. \[\/INST\]$/);
  });

  it('stops a task and resumes it', async () => {
    await workbench.runCommand('AgentLM: New Task in Chat');
    script.push(bash('echo first'), bash('sleep 60'), 'Think: done\n\nAct: finish');
    await say('Work for long.');
    await log().getByText('sleep 60').waitFor();
    await workbench.page.waitForTimeout(500);
    await chat.getByRole('button', { name: 'Stop' }).click();
    await chat.getByRole('button', { name: 'Resume' }).click();
    await log().getByText('says that the task is done').waitFor();
    await log().getByText('echo first').waitFor();
    const prompt = lastPrompt();
    assert.match(
      prompt,
      /\[The task was interrupted here and goes on now\. What came of this was not read\.\] \[\/INST\]$/,
    );
    await workbench.screenshot('chat, resumed');
  });
});
