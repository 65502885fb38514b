import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { formatDialogue, gpt, human, type Dialogue } from '../../src/agent/conversation';
import { openWorkbench, type Workbench } from './workbench.mts';
import { recordedRun } from '../recordedRun';

describe('A user who looks through recorded trajectories', function () {
  this.timeout(120_000);
  let folder: string;
  let trajectories: string;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-workspace-'));
    trajectories = path.join(folder, '.agentlm', 'trajectories');
    await mkdir(trajectories, { recursive: true });
    const runs = [
      recordedRun({ id: 'os_one', problem: 'Count the files of this folder.', commands: ['ls | wc -l'], answer: '12' }),
      recordedRun({
        id: 'os_two',
        problem: 'Count the files of this folder.',
        commands: ['ls', 'ls', 'ls -1 | wc -l'],
        answer: '11',
        model: 'agentlm-7b',
      }),
      recordedRun({
        id: 'os_three',
        problem: 'Make a folder named logs.',
        commands: ['mkdir logs'],
        outcome: 'step-limit',
      }),
    ];
    for (const [index, text] of runs.entries()) {
      await writeFile(path.join(trajectories, `os_${index}.trajectory.jsonl`), text);
    }
    await writeFile(path.join(trajectories, 'published.jsonl'), `${published().map(formatDialogue).join('\n')}\n`);
    workbench = await openWorkbench({
      name: 'library',
      workspace: folder,
      viewport: { width: 1280, height: 1000 },
      // A click on what lies below one of those rows hits the row.
      settings: { 'workbench.tree.enableStickyScroll': false },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench?.close();
    await rm(folder, { recursive: true });
  });

  const row = (text: string | RegExp) => workbench.page.locator('.monaco-list-row').filter({ hasText: text }).first();
  const verdicts = async (): Promise<string[]> => {
    const names = (await readdir(trajectories)).filter((name) => name.endsWith('.trajectory.jsonl'));
    const texts = await Promise.all(names.map((name) => readFile(path.join(trajectories, name), 'utf8')));
    return texts.flatMap((text) => [...text.matchAll(/"verdict":"(\w+)"/g)].map(([, verdict = '']) => verdict));
  };

  it('finds them in the side bar, those to be reviewed first', async () => {
    await workbench.runCommand('AgentLM: Refresh the Library');
    await workbench.runCommand('AgentLM: Focus on Library View');
    await workbench.page.getByRole('button', { name: 'Chat Section' }).click();
    await row('To be reviewed').waitFor();
    await row('Make a folder named logs.').waitFor();
    await row('published.jsonl').waitFor();
    await workbench.screenshot('library-tree');
  });

  it('rejects one by keyboard, and sees it move', async () => {
    await row('Make a folder named logs.').click();
    await workbench.runCommand('AgentLM: Reject Selected Trajectories');
    await row('Rejected').waitFor();
    assert.deepEqual(await verdicts(), ['rejected']);
  });

  it('filters them by what went wrong, and shows all again', async () => {
    await workbench.runCommand('AgentLM: Filter Trajectories');
    const input = workbench.page.locator('.quick-input-widget input.input');
    await input.fill('Repeated');
    await input.press('Enter');
    await workbench.page.getByText('1 of 3: Repeated action').waitFor();
    await workbench.screenshot('library-filtered');
    await workbench.runCommand('AgentLM: Show All Trajectories');
    await row('Rejected').waitFor();
  });

  it('reads one step by step, and sees what a trainer would learn of it', async () => {
    await row('agentlm-7b').dblclick();
    const viewer = await workbench.webview('os_1.trajectory.jsonl');
    await viewer.getByText('ls -1 | wc -l').first().waitFor();
    await workbench.screenshot('viewer-steps');
    await viewer.getByText('What Is Learnt').click();
    await viewer.getByText(/tokens are learnt/).waitFor();
    assert.ok((await viewer.locator('mark.learnt').count()) > 2);
    await workbench.screenshot('viewer-loss');
  });

  it('opens a data set in the viewer, and searches it', async () => {
    await row('published.jsonl').click();
    const viewer: FrameLocator = await workbench.webview('published.jsonl');
    await viewer.getByText('120 rows').waitFor();
    await viewer.getByRole('listbox').focus();
    await viewer.getByRole('listbox').press('End');
    await viewer.getByRole('option', { selected: true }).getByText('question 119').waitFor();
    await workbench.screenshot('viewer-dataset');
    await viewer.getByLabel('Search').fill('4242');
    await viewer.getByLabel('Search').press('Enter');
    await viewer.getByText('1 of 120 rows').waitFor();
    await viewer.getByRole('option', { selected: true }).getByText('question 42').waitFor();
  });

  it('compares two runs of one task', async () => {
    await row('agentlm-7b').click();
    await workbench.page.keyboard.down('Control');
    await row('agentlm-70b').click();
    await workbench.page.keyboard.up('Control');
    await workbench.runCommand('AgentLM: Compare Trajectories');
    const page = await workbench.webview('Comparison of Trajectories');
    await page.getByRole('heading', { name: 'Step 3' }).waitFor();
    await workbench.screenshot('compare');
  });

  it('counts them, and goes from an error to the trajectories that have it', async () => {
    await row('Make a folder named logs.').click();
    await workbench.runCommand('AgentLM: Show Trajectory Statistics');
    const page = await workbench.webview('Statistics: Library');
    await page.getByRole('row', { name: /agentlm-7b 1 1/ }).waitFor();
    await page.locator('agentlm-chart canvas').first().waitFor();
    await workbench.screenshot('statistics');
    await page.getByRole('button', { name: 'Show 1 trajectories: Repeated action' }).click();
    await workbench.page.getByText('1 of 3: agentlm-7b, Repeated action').waitFor();
    await workbench.screenshot('statistics-errors');
    await workbench.runCommand('AgentLM: Show All Trajectories');
  });

  it('deletes one, and takes it back', async () => {
    const { page } = workbench;
    const file = path.join(trajectories, 'os_2.trajectory.jsonl');
    await row('Make a folder named logs.').click();
    await workbench.runCommand('AgentLM: Delete Trajectories');
    await page.getByText('os_2.trajectory.jsonl was moved to the trash.', { exact: true }).waitFor();
    assert.equal(existsSync(file), false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await row('Make a folder named logs.').waitFor();
    assert.equal(existsSync(file), true);
  });

  /** Until something stands in a file of the library. */
  async function stands(name: string, words: RegExp): Promise<void> {
    while (!words.test(await readFile(path.join(trajectories, name), 'utf8'))) await workbench.page.waitForTimeout(100);
  }

  it('puts one back, and writes down what is to be remembered of it', async () => {
    await row('Make a folder named logs.').click();
    await workbench.runCommand('AgentLM: Put Back to Be Reviewed');
    await row('Rejected').waitFor({ state: 'detached' });
    await workbench.answer('AgentLM: Tag Trajectories…', 'Tags', 'slow, tidy');
    await row('#slow').waitFor();
    await workbench.answer('AgentLM: Add a Note to Trajectories…', 'Note', 'Look at it again.');
    await stands('os_2.trajectory.jsonl', /"note":"Look at it again\."/);
    await workbench.answer('AgentLM: Set the Reward of Trajectories…', 'Reward', '0.5');
    await stands('os_2.trajectory.jsonl', /"reward":0\.5/);
  });

  it('finds one by its tag, and sees all of them by model', async () => {
    const { page } = workbench;
    await workbench.answer('AgentLM: Search Trajectories', 'Search Trajectories', 'tidy');
    await page.getByText('1 of 3: “tidy”').waitFor();
    await workbench.runCommand('AgentLM: Show All Trajectories');
    for (const [grouping, group] of [
      ['Model', 'To be reviewed'],
      ['Outcome', 'agentlm-7b'],
    ] as const) {
      await workbench.runCommand('AgentLM: Group Trajectories By…');
      await page.locator('.quick-input-list .monaco-list-row').getByText(grouping, { exact: true }).click();
      await page.locator('.monaco-list-row').getByText(group, { exact: true }).waitFor({ state: 'detached' });
    }
  });

  it('reads the lines of one, and opens another file in the viewer', async () => {
    const { page } = workbench;
    await row('agentlm-7b').click({ button: 'right' });
    await workbench.chooseInMenu('Open as Text');
    await page.locator('.editor-instance .view-lines', { hasText: '"type":"begun"' }).waitFor();
    await workbench.runCommand('View: Close All Editors');
    await workbench.answer(
      'AgentLM: Open in the Trajectory Viewer',
      'Open in the Trajectory Viewer',
      path.join(trajectories, 'published.jsonl'),
    );
    await (await workbench.webview('published.jsonl')).getByText('120 rows').waitFor();
  });

  it('is told why what was recorded elsewhere cannot be accepted', async () => {
    await row('agentlm-7b').click();
    await workbench.runCommand('AgentLM: Accept Selected Trajectories');
    await workbench.page
      .getByText(/was not recorded in this workspace, so it cannot be accepted here/)
      .first()
      .waitFor();
  });

  it('empties the trash', async () => {
    const { page } = workbench;
    const trash = path.join(trajectories, '.trash');
    await row('#slow').click();
    await workbench.runCommand('AgentLM: Delete Trajectories');
    await row('#slow').waitFor({ state: 'detached' });
    assert.equal((await readdir(trash)).length, 1);
    await workbench.runCommand('AgentLM: Empty the Trash of Trajectories');
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete for Good' }).click();
    while (existsSync(trash)) await page.waitForTimeout(100);
  });
});

function published(): Dialogue[] {
  return Array.from({ length: 120 }, (_, index) => ({
    id: `db_${index}`,
    conversations: [
      human('Solve it by SQL. Action: Operation or Action: Answer.'),
      gpt('Ok.', { loss: false }),
      human(`How many? This is question ${index}`),
      gpt(`I count.\nAction: Operation\n\`\`\`sql\nSELECT COUNT(*) FROM t WHERE a = ${index}${index}\n\`\`\``, {
        loss: true,
      }),
      human(`[(${index},)]`),
      gpt(`It is so.\nAction: Answer\nFinal Answer: ["${index}"]`, { loss: true }),
    ],
  }));
}
