import assert from 'node:assert/strict';
import { freePort } from '../../../src/runtime/localModel/loopback';
import { listOllamaModels } from '../../../src/runtime/localModel/ollama';
import { pullModel, type PullProgress } from '../../../src/runtime/localModel/pullModel';
import { startLocalModel } from '../../../src/runtime/localModel/startLocalModel';
import { bench, isAlive, never, withServer, type FakeOllama } from './fakePrograms';

const tags = {
  models: [
    {
      name: 'agentlm-7b:latest',
      size: 4_081_004_256,
      details: { format: 'gguf', parameter_size: '6.7B', quantization_level: 'Q4_K_M' },
    },
    { name: 'agentlm-13b:q4' },
    { name: 'evil\u202E', size: 1 },
    { size: 1 },
    null,
  ],
};

describe('Ollama on this machine', () => {
  const workbench = bench();
  const place = async (fake: FakeOllama = { tags }) => ({ path: workbench.ollama(fake), port: await freePort() });
  const running = (url: string) =>
    url === '/api/version' ? { version: '0.30.0' } : url === '/api/tags' ? tags : undefined;

  it('is asked for the models it has, and left as it was', async () => {
    const where = await place();
    assert.deepEqual(await listOllamaModels(where, never), [
      { name: 'agentlm-7b:latest', bytes: 4_081_004_256, parameters: '6.7B', quantization: 'Q4_K_M' },
      { name: 'agentlm-13b:q4', bytes: undefined, parameters: undefined, quantization: undefined },
    ]);
    const { pid, argv, variables } = await workbench.birth(where.path);
    assert.deepEqual(argv, ['serve']);
    assert.equal(variables['OLLAMA_HOST'], `127.0.0.1:${where.port}`);
    assert.equal(isAlive(pid), false);
  });

  it('is started for a model, and stopped', async () => {
    const where = await place();
    const model = await startLocalModel({ program: 'ollama', model: 'agentlm-7b', ...where }, never);
    assert.deepEqual(
      [model.url, model.model, model.adopted],
      [`http://127.0.0.1:${where.port}`, 'agentlm-7b:latest', false],
    );
    const { pid } = await workbench.birth(where.path);
    assert.ok(isAlive(pid));
    await model.stop();
    assert.equal(isAlive(pid), false);
  });

  it('is adopted when it runs already, and goes on after stop()', async () => {
    await withServer(running, async (port) => {
      const model = await startLocalModel({ program: 'ollama', model: 'agentlm-13b:q4', path: undefined, port }, never);
      assert.equal(model.adopted, true);
      await model.stop();
      assert.equal(await model.ended, undefined);
      assert.equal((await listOllamaModels({ path: undefined, port }, never)).length, 2);
    });
  });

  it('never downloads a model to start it, names those that are there, and leaves nothing running', async () => {
    const where = await place();
    await assert.rejects(startLocalModel({ program: 'ollama', model: 'llama3', ...where }, never), {
      code: 'localModel.not-pulled',
      message: /no model llama3 .* agentlm-7b:latest, agentlm-13b:q4\./,
    });
    assert.equal(isAlive((await workbench.birth(where.path)).pid), false);
  });

  it('says when there is no Ollama, or another server in its place', async () => {
    const port = await freePort();
    await assert.rejects(listOllamaModels({ path: undefined, port }, never), { code: 'localModel.no-ollama' });
    await withServer(
      () => undefined,
      async (taken) => {
        await assert.rejects(listOllamaModels({ path: undefined, port: taken }, never), {
          code: 'localModel.port-taken',
        });
      },
    );
  });

  it('says when it answers with something that is no list', async () => {
    await assert.rejects(listOllamaModels(await place({ tags: { models: 'none' } }), never), {
      code: 'localModel.no-list',
      message: /HTTP 200/,
    });
  });
});

describe('Downloading a model with Ollama', () => {
  const workbench = bench();
  const layer = (completed?: number) => ({ status: 'pulling 1a2b', digest: 'sha256:1a2b', total: 4_000, completed });
  const config = { status: 'pulling 3c4d', digest: 'sha256:3c4d', total: 100, completed: 100 };
  const whole = [{ status: 'pulling manifest' }, layer(), layer(4_000), config, { status: 'success' }];

  const pull = async (fake: FakeOllama, agree: (bytes: number) => boolean, signal = never) => {
    const where = { path: workbench.ollama(fake), port: await freePort() };
    const seen: PullProgress[] = [];
    const asked: number[] = [];
    const request = {
      ...where,
      model: 'agentlm-7b',
      agree: async (bytes: number) => asked.push(bytes) > 0 && agree(bytes),
    };
    try {
      return { done: await pullModel(request, (progress) => seen.push(progress), signal), seen, asked };
    } finally {
      assert.equal(isAlive((await workbench.birth(where.path)).pid), false);
    }
  };

  it('says how large it is before it begins, and then how far it is', async () => {
    const { done, seen, asked } = await pull({ pulls: [whole] }, () => true);
    assert.equal(done, true);
    assert.deepEqual(asked, [4_000]);
    assert.deepEqual(seen, [
      { status: 'pulling manifest', completedBytes: 0, totalBytes: 0 },
      { status: 'pulling 1a2b', completedBytes: 0, totalBytes: 4_000 },
      { status: 'pulling 1a2b', completedBytes: 4_000, totalBytes: 4_000 },
      { status: 'pulling 3c4d', completedBytes: 4_100, totalBytes: 4_100 },
      { status: 'success', completedBytes: 4_100, totalBytes: 4_100 },
    ]);
  });

  it('stops Ollama before it asks, and downloads nothing when the answer is no', async () => {
    const where = { path: workbench.ollama({ pulls: [[layer()]], pullStalls: true }), port: await freePort() };
    const agree = async () => {
      await workbench.cut(where.path);
      return false;
    };
    const unexpected = () => assert.fail('It goes on.');
    assert.equal(await pullModel({ ...where, model: 'agentlm-7b', agree }, unexpected, never), false);
  });

  it('asks for what is still missing, and not at all when nothing is', async () => {
    assert.deepEqual((await pull({ pulls: [[config, layer(1_000), ...whole]] }, () => true)).asked, [3_000]);
    assert.deepEqual((await pull({ pulls: [[layer(4_000), config, { status: 'success' }]] }, () => false)).asked, []);
  });

  it('says why it failed, in Ollama’s words', async () => {
    const error = { error: 'pull model manifest: file does not exist' };
    for (const pullStatus of [200, 500]) {
      await assert.rejects(
        pull({ pulls: [[{ status: 'pulling manifest' }, error]], pullStatus }, () => true),
        {
          code: 'localModel.pull',
          message: /^agentlm-7b could not be downloaded: pull model manifest: file does not exist\./,
        },
      );
    }
  });

  it('is not done when the stream ends early or is no stream at all', async () => {
    await assert.rejects(
      pull({ pulls: [[layer()]] }, () => true),
      /it broke off at "pulling 1a2b"/,
    );
    await assert.rejects(
      pull({ pulls: [['<html>\n', 'null\n', 'x'.repeat(200_000)]], pullStatus: 502 }, () => true),
      /HTTP 502/,
    );
  });

  it('stops when it is aborted', async () => {
    const stop = new AbortController();
    const agree = () => {
      setTimeout(() => stop.abort(new Error('enough')), 50);
      return true;
    };
    await assert.rejects(pull({ pulls: [[layer()]], pullStalls: true }, agree, stop.signal), /enough/);
  });
});
