import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareSample } from '../../src/runtime/demo/sample';
import { openWorkbench, type Workbench } from './workbench.mts';

describe('A user who reads Chinese', function () {
  this.timeout(120_000);
  let folder: string;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-chinese-'));
    const { workspace } = await prepareSample('resources', path.join(folder, 'shop'));
    workbench = await openWorkbench({
      name: 'chinese',
      workspace,
      language: 'zh-cn',
      settings: {
        'agentlm.endpoints': [{ name: 'gone', url: 'http://127.0.0.1:49151' }],
        'agentlm.endpoint': 'demo',
      },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await rm(folder, { recursive: true });
  });

  it('finds commands, chat, terminal and status bar in Chinese', async () => {
    await workbench.runCommand('AgentLM: 在聊天中新建任务');
    const chat = await workbench.webview('聊天');
    await chat.getByText('描述一项任务。模型在真实的 shell 中完成它').waitFor();
    await workbench.screenshot('chinese-empty');
    const composer = chat.getByRole('textbox', { name: '任务' });
    await composer.fill('Which file in this folder has the most lines? Answer with its name.');
    await composer.press('Enter');
    const run = chat.getByRole('button', { name: /^运行：/ }).last();
    await run.waitFor();
    await workbench.page.locator('.statusbar-item', { hasText: '需要批准' }).waitFor();
    await workbench.screenshot('chinese-approval');
    await workbench.page.waitForTimeout(400);
    await run.click();
    await chat.getByRole('log').getByText('模型已给出答案。').waitFor();
    await workbench.page.locator('.xterm-rows').getByText('任务已结束。').waitFor();
    await workbench.screenshot('chinese-answered');
  });

  it('is told in Chinese what went wrong, with what the error is about', async () => {
    await workbench.runCommand('AgentLM: 选择端点');
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: '127.0.0.1:49151' }).click();
    await workbench.page.locator('.statusbar-item', { hasText: 'gone' }).waitFor();
    const chat = await workbench.webview('聊天');
    const composer = chat.getByRole('textbox', { name: '任务' });
    await composer.fill('x');
    await composer.press('Enter');
    await chat.getByText(/http:\/\/127\.0\.0\.1:49151 没有服务器应答/).waitFor();
    await workbench.screenshot('chinese-failure');
  });
});
