import assert from 'node:assert/strict';
import type { Memento } from 'vscode';
import type { AcceptanceCheck } from '../../../src/agent/acceptance';
import { formatDialogue, gpt, human, type Dialogue } from '../../../src/agent/conversation';
import { UserError } from '../../../src/agent/errors';
import { AcceptStep, decisionOn } from '../../../src/vscode/trajectories/acceptStep';
import { Recording } from '../../../src/vscode/trajectories/recording';
import type { Run } from '../../../src/vscode/runs/run';
import type { Settings } from '../../../src/vscode/settings';
import { finished, started, startRunOf } from '../runs/startedRun';

const nothing: AcceptanceCheck = { secrets: [], problems: [] };
const password = { kind: 'password', secret: 'hunter2', replacement: 'REDACTED_PASSWORD_1', turns: [0, 1] };

describe('Accepting a run', () => {
  let written: Dialogue[];
  let recording: Recording;

  beforeEach(async () => {
    written = [];
    const kept = new Map<string, unknown>();
    const memory = {
      get: (key: string, otherwise: unknown) => kept.get(key) ?? otherwise,
      update: async (key: string, value: unknown) => void kept.set(key, value),
    } as unknown as Memento;
    const settings = {
      get: (key: string) => (key === 'recording' ? false : '/tmp/trajectories'),
      onDidChange: () => ({ dispose: () => {} }),
    } as unknown as Settings;
    recording = new Recording(memory, settings, async (_, name, dialogue) => {
      written.push(dialogue);
      return name;
    });
    await recording.toggle();
  });

  const stepThatFinds = (check: AcceptanceCheck) =>
    new AcceptStep(
      recording,
      async () => check,
      async () => [],
    );

  async function ended(outcome: 'answered' | 'step-limit' = 'answered'): Promise<Run> {
    const { run } = startRunOf(
      started,
      { type: 'turn', turn: human('Log in with hunter2.') },
      { type: 'turn', turn: gpt('echo hunter2', { loss: true }) },
      finished(outcome),
    );
    await run.done;
    return run;
  }

  async function refusal(work: Promise<unknown>): Promise<string> {
    const error: unknown = await work.then(
      () => assert.fail('It was accepted.'),
      (failure: unknown) => failure,
    );
    assert.ok(UserError.is(error), String(error));
    assert.deepEqual(written, []);
    return error.code;
  }

  it('is done at once where there is nothing to decide', async () => {
    const run = await ended();
    assert.match((await stepThatFinds(nothing).writeIfClear(run)) ?? '', /\.jsonl$/);
    assert.equal(run.verdict, 'accepted');
    assert.deepEqual(written.map(formatDialogue), [
      '{"id": "os_1", "conversations": [{"from": "human", "loss": null, "value": "Log in with hunter2."}, {"from": "gpt", "loss": true, "value": "echo hunter2"}]}',
    ]);
  });

  it('is refused while a secret is neither replaced nor kept on purpose', async () => {
    const run = await ended();
    const step = stepThatFinds({ secrets: [password], problems: [] });
    assert.equal(await step.writeIfClear(run), undefined);
    assert.equal(await refusal(step.write(run)), 'record.secrets');
    assert.equal(run.verdict, 'undecided');
  });

  it('writes stand-ins for what is replaced, and what is kept as it was', async () => {
    const run = await ended();
    const step = stepThatFinds({ secrets: [password], problems: [] });
    run.say(decisionOn([password], 'keep', run.review));
    run.say(decisionOn([password], 'replace', run.review));
    await step.write(run);
    assert.deepEqual(written[0]?.conversations, [
      human('Log in with REDACTED_PASSWORD_1.'),
      gpt('echo REDACTED_PASSWORD_1', { loss: true }),
    ]);
    const kept = await ended();
    kept.say(decisionOn([password], 'keep', kept.review));
    await step.write(kept);
    assert.equal(written[1]?.conversations[0]?.value, 'Log in with hunter2.');
  });

  it('writes what a person corrected and chose to be learnt', async () => {
    const run = await ended();
    run.say({ type: 'loss', turn: 1, loss: false });
    run.say({ type: 'correction', turn: 1, value: 'true' });
    await stepThatFinds(nothing).write(run);
    assert.deepEqual(written[0]?.conversations[1], gpt('true', { loss: false }));
    assert.equal(run.trajectory?.turns[1]?.value, 'echo hunter2');
  });

  it('is refused where it cannot be trained on, and shown where it is strange', async () => {
    const problem = (blocks: boolean) => ({ code: 'poison', turn: 1, detail: 'It opens a shell.', blocks });
    assert.equal(
      await refusal(stepThatFinds({ secrets: [], problems: [problem(true)] }).write(await ended())),
      'record.unfit',
    );
    assert.equal(await refusal(stepThatFinds(nothing).write(await ended('step-limit'))), 'record.unfit');
    const strange = stepThatFinds({ secrets: [], problems: [problem(false)] });
    const run = await ended();
    assert.equal(await strange.writeIfClear(run), undefined);
    await strange.write(run);
    assert.equal(written.length, 1);
  });

  it('writes nothing while recording is off, or twice', async () => {
    const step = stepThatFinds(nothing);
    await recording.toggle();
    const run = await ended();
    assert.equal(await refusal(step.writeIfClear(run)), 'record.off');
    await recording.toggle();
    run.judge('rejected');
    assert.equal(await refusal(step.write(run)), 'record.decided');
  });
});
