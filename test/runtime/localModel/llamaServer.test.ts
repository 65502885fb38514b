import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { UserError } from '../../../src/agent/errors';
import type { LlamaServerRequest } from '../../../src/runtime/localModel/llamaServer';
import type { LocalModelProgress } from '../../../src/runtime/localModel/localModel';
import { ask } from '../../../src/runtime/localModel/loopback';
import { startLocalModel } from '../../../src/runtime/localModel/startLocalModel';
import { bench, isAlive, never, untilGone, type FakeLlamaServer } from './fakePrograms';

describe('llama-server on this machine', () => {
  const workbench = bench();
  const request = (fake: FakeLlamaServer = {}, more: Partial<LlamaServerRequest> = {}): LlamaServerRequest => ({
    program: 'llama-server',
    path: workbench.llamaServer(fake),
    file: workbench.model(),
    ...more,
  });
  const failure = async (fake: FakeLlamaServer) => {
    const error: unknown = await startLocalModel(request(fake), never).catch((thrown: unknown) => thrown);
    assert.ok(UserError.is(error), String(error));
    assert.equal(error.code, 'localModel.ended');
    return error.message;
  };

  it('serves the file under its name, on loopback, and is gone after stop()', async () => {
    const wanted = request();
    const model = await startLocalModel(wanted, never);
    const { pid } = await workbench.birth(wanted.path);
    assert.match(model.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(model.model, 'agentlm-7b.Q4_K_M');
    assert.equal(model.adopted, false);
    const models = await ask(`${model.url}/v1/models`, never);
    assert.deepEqual(models?.body, { data: [{ id: 'agentlm-7b.Q4_K_M', owned_by: 'llamacpp' }] });

    await model.stop();
    assert.equal(isAlive(pid), false);
    assert.equal(await model.ended, undefined);
    await model.stop();
  });

  it('gives each slot a whole window, and asks for metrics', async () => {
    const wanted = request({}, { slots: 3 });
    const model = await startLocalModel(wanted, never);
    const { argv } = await workbench.birth(wanted.path);
    await model.stop();
    const given = argv.join(' ').replace(/--port \d+/, '--port N');
    assert.equal(
      given,
      `--model ${wanted.file} --alias agentlm-7b.Q4_K_M --host 127.0.0.1 --port N -c 12288 -np 3 --metrics`,
    );
    assert.equal(model.contextLength, 4096);
  });

  it('passes the arguments of the user on, before ours, which win', async () => {
    const wanted = request({}, { arguments: ['-ngl', '99', '--host', '0.0.0.0', '; touch x'], contextPerSlot: 2048 });
    const model = await startLocalModel(wanted, never);
    const { argv } = await workbench.birth(wanted.path);
    await model.stop();
    assert.deepEqual(argv.slice(0, 5), ['-ngl', '99', '--host', '0.0.0.0', '; touch x']);
    assert.equal(argv[argv.lastIndexOf('--host') + 1], '127.0.0.1');
    assert.equal(argv[argv.lastIndexOf('-c') + 1], '2048');
  });

  it('takes file names that a shell would trip over', async () => {
    const file = workbench.model(`-my $(model) "7b"'s.gguf`);
    const model = await startLocalModel(request({}, { file }), never);
    assert.equal(model.model, `-my $(model) "7b"'s`);
    await model.stop();
  });

  it('keeps a key for other servers away from this one', async () => {
    process.env['LLAMA_API_KEY'] = 'secret';
    try {
      const wanted = request();
      const model = await startLocalModel(wanted, never);
      await model.stop();
      const { variables } = await workbench.birth(wanted.path);
      assert.equal(variables['LLAMA_API_KEY'], undefined);
      assert.equal(variables['ELECTRON_RUN_AS_NODE'], undefined);
      assert.equal(variables['PATH'], process.env['PATH']);
    } finally {
      delete process.env['LLAMA_API_KEY'];
    }
  });

  it('waits while the model loads, and says so once', async () => {
    const seen: LocalModelProgress[] = [];
    const model = await startLocalModel(request({ loading: 500 }, { onProgress: (step) => seen.push(step) }), never);
    await model.stop();
    assert.deepEqual(seen, [
      { phase: 'starting', percent: undefined },
      { phase: 'loading', percent: undefined },
    ]);
  });

  it('reads the percentage from the dots of the log, and from no other line', async () => {
    const seen: LocalModelProgress[] = [];
    const prints = `load_tensors: offloaded 33/33 layers...\n${'.'.repeat(40)}\n..`;
    const wanted = request({ loading: 300, prints }, { onProgress: (step) => seen.push(step) });
    const model = await startLocalModel(wanted, never);
    await model.stop();
    assert.deepEqual(seen.at(-1), { phase: 'loading', percent: 40 });
  });

  it('says how it ended and what it said last when it does not come up', async () => {
    const message = await failure({
      ends: 1,
      prints: 'line 1\nsrv load_model: failed to load model\n\x1b[31mexiting\n',
    });
    assert.match(message, /^llama-server ended \(exit code 1\)\./);
    assert.match(message, /failed to load model\n<U\+001B>\[31mexiting$/);
  });

  it('says how to mend what has a known reason', async () => {
    assert.match(
      await failure({ ends: 1, prints: 'cudaMalloc failed: out of memory\n' }),
      /smaller file, or fewer slots/,
    );
    assert.match(await failure({ ends: 'SIGKILL' }), /exit code 137\): this machine has too little memory/);
    assert.match(await failure({ ends: 1, prints: 'error: invalid argument: --metrics\n' }), /Update it/);
    assert.match(await failure({ ends: 0 }), /\(it printed nothing\)/);
  });

  it('keeps no more of a log than it shows', async () => {
    assert.ok((await failure({ ends: 1, prints: 'x'.repeat(300_000) })).length < 1500);
  });

  it('says why a program cannot be started', async () => {
    const wanted = { ...request(), path: path.join(workbench.folder, 'none') };
    await assert.rejects(startLocalModel(wanted, never), /none cannot be started on this machine.*\n.*ENOENT/s);
  });

  it('starts nothing for a file that is no model', async () => {
    const wanted = request();
    writeFileSync(wanted.file, '<html>');
    await assert.rejects(startLocalModel(wanted, never), { code: 'localModel.file' });
    assert.equal(existsSync(`${wanted.path}.json`), false);
  });

  it('ends the server when the start is aborted, with the reason of the abort', async () => {
    const stop = new AbortController();
    const wanted = request(
      { loading: 'forever' },
      { onProgress: ({ phase }) => phase === 'loading' && stop.abort(new Error('enough')) },
    );
    await assert.rejects(startLocalModel(wanted, stop.signal), /enough/);
    assert.equal(isAlive((await workbench.birth(wanted.path)).pid), false);
    await assert.rejects(startLocalModel(wanted, stop.signal), /enough/);
  });

  it('is not ended by an abort after the start', async () => {
    const stop = new AbortController();
    const model = await startLocalModel(request(), stop.signal);
    stop.abort();
    assert.equal((await ask(`${model.url}/health`, never))?.status, 200);
    await model.stop();
  });

  it('kills a server that does not end when asked', async () => {
    const wanted = request({ ignoresTerm: true }, { graceMs: 200 });
    const model = await startLocalModel(wanted, never);
    await model.stop();
    assert.equal(isAlive((await workbench.birth(wanted.path)).pid), false);
  });

  it('ends what the server started, too, even when the server went first', async () => {
    const wanted = request({ hasChild: true });
    const model = await startLocalModel(wanted, never);
    await model.stop();
    const { child } = await workbench.birth(wanted.path);
    assert.ok(child !== undefined);
    await untilGone(child);
  });

  it('does not wait for a process that left the group', async () => {
    const wanted = request({ hasChild: true, childLeaves: true });
    const model = await startLocalModel(wanted, never);
    await model.stop();
    const { child } = await workbench.birth(wanted.path);
    assert.ok(child !== undefined && isAlive(child));
    process.kill(child, 'SIGKILL');
    await untilGone(child);
  });

  it('tells when a server ends by itself, and leaves none of its processes', async () => {
    const wanted = request({ hasChild: true, prints: 'ggml_cuda error\n' });
    const model = await startLocalModel(wanted, never);
    const { pid, child } = await workbench.birth(wanted.path);
    process.kill(pid, 'SIGSEGV');
    const reason = await model.ended;
    assert.equal(reason?.code, 'localModel.ended');
    assert.match(reason.message, /llama-server ended \(exit code 139\).*ggml_cuda error/s);
    await untilGone(child);
    await model.stop();
  });

  for (const [signal, ignoresTerm] of [
    ['SIGKILL', false],
    ['SIGTERM', true],
  ] as const) {
    it(`ends with the process that started it, after ${signal}, ${ignoresTerm ? 'un' : ''}willingly`, async () => {
      const wanted = request({ hasChild: true, ignoresTerm }, { graceMs: 200 });
      const bundle = path.join(workbench.folder, 'parent.cjs');
      const source = `import { startLocalModel } from './src/runtime/localModel/startLocalModel';
        startLocalModel(${JSON.stringify(wanted)}, new AbortController().signal).then(() => console.log('ready'));`;
      await build({
        stdin: { contents: source, resolveDir: '.' },
        bundle: true,
        platform: 'node',
        outfile: bundle,
      });
      const parent = spawn(process.execPath, [bundle], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => parent.stdout.once('data', resolve));
      const { pid, child } = await workbench.birth(wanted.path);
      assert.ok(isAlive(pid));
      parent.kill(signal);
      await untilGone(pid, child);
    });
  }
});
