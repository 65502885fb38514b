import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  addEvaluation,
  evaluationsHtml,
  listEvaluations,
  publishedBeside,
  removeEvaluation,
} from '../../../src/runtime/evaluation/evaluationArchive';
import { resultOf, settingOf } from './results';

describe('The evaluations that an editor keeps', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-archive-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const kept = () => path.join(folder, 'kept');
  const fileOf = (model: string, results = [resultOf()]): string => {
    const file = path.join(folder, `${model}.jsonl`);
    const lines = [settingOf({ model, tasks: results.length }), ...results];
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return file;
  };

  it('take results of the command line in, and give them away', async () => {
    assert.deepEqual(await listEvaluations(kept()), []);
    await addEvaluation(kept(), fileOf('agentlm-7b'));
    await addEvaluation(kept(), fileOf('agentlm-13b'));
    const all = await listEvaluations(kept());
    assert.deepEqual(all.map(({ report }) => report.model).sort(), ['agentlm-13b', 'agentlm-7b']);
    assert.match(await evaluationsHtml(kept()), /agentlm-13b/);
    await removeEvaluation(kept(), all[0]?.id ?? '');
    assert.equal((await listEvaluations(kept())).length, 1);
  });

  it('take nothing that is no results file, and remove nothing outside of their folder', async () => {
    const other = path.join(folder, 'other.jsonl');
    writeFileSync(other, '{"conversations":[]}\n');
    await assert.rejects(addEvaluation(kept(), other), { code: 'evaluation.badResults' });
    await removeEvaluation(kept(), '../other.jsonl');
    assert.deepEqual(await listEvaluations(folder), []);
    writeFileSync(path.join(folder, 'x.unfinished.jsonl'), `${JSON.stringify(settingOf())}\n`);
    assert.deepEqual(await listEvaluations(folder), []);
  });

  it('stand beside the paper’s scores only where they are of its tasks', async () => {
    await addEvaluation(kept(), fileOf('agentlm-7b'));
    assert.deepEqual(publishedBeside(await listEvaluations(kept())), { os: [], db: [] });
    await addEvaluation(
      kept(),
      fileOf(
        'agentlm-70b',
        Array.from({ length: 144 }, (_, index) => resultOf({ index })),
      ),
    );
    const { os, db } = publishedBeside(await listEvaluations(kept()));
    assert.deepEqual(os.find(({ model }) => model === 'AgentLM 70B')?.score, 21.5);
    assert.deepEqual(db, []);
  });
});
