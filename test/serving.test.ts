import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format } from 'prettier';

const folder = 'resources/serving';
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');

describe('The files for hosting', () => {
  let bin = '';
  before(() => {
    bin = mkdtempSync(path.join(tmpdir(), 'agentlm-test-serving-'));
    const printsItself = '#!/bin/sh\necho "${0##*/}" "$@"\n';
    for (const name of ['llama-server', 'ray', 'vllm', 'vllm-router']) {
      writeFileSync(path.join(bin, name), printsItself, { mode: 0o755 });
    }
    writeFileSync(path.join(bin, 'ollama'), `${printsItself}cat "$4"\n`, { mode: 0o755 });
  });
  after(() => rmSync(bin, { recursive: true }));

  const run = (script: string, ...rest: string[]) =>
    execFileSync('sh', [path.resolve(folder, script), ...rest], {
      cwd: bin,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();

  for (const name of ['vllm.compose.yml', 'tgi.compose.yml']) {
    it(`${name} is YAML with a profile for each size, on this machine only`, async () => {
      const text = read(name);
      await format(text, { parser: 'yaml' });
      for (const size of ['7b', '13b', '70b']) {
        const service = text.split(/^  (?=agentlm-)/m).find((part) => part.startsWith(`agentlm-${size}:`)) ?? '';
        assert.match(service, new RegExp(`profiles: \\['${size}'\\]`));
        assert.match(service, new RegExp(`THUDM/agentlm-${size} `));
        assert.match(service, /ports: \['127\.0\.0\.1:\d+:\d+'\]/);
        assert.equal(/(?:parallel-size|num-shard) 4/.test(service), size === '70b');
        assert.equal(/count: 4/.test(service), size === '70b');
      }
    });
  }

  it('never give a model more than the 4096 tokens it has learnt', () => {
    assert.equal([...read('vllm.compose.yml').matchAll(/--max-model-len 4096/g)].length, 3);
    assert.match(read('tgi.compose.yml'), /MAX_TOTAL_TOKENS: '4096'/);
  });

  it('start llama-server with a whole window for each slot', () => {
    assert.equal(
      run('llama-server.sh', '/models/my model.gguf'),
      'llama-server --model /models/my model.gguf --alias my model --host 127.0.0.1 --port 8080 -c 4096 -np 1 --metrics',
    );
    assert.match(run('llama-server.sh', 'a.gguf', '3', '-ngl', '99'), / -c 12288 -np 3 --metrics -ngl 99$/);
    assert.throws(() => run('llama-server.sh'), /which \.gguf file/);
  });

  it('make a model of Ollama from a file anywhere, and leave no Modelfile behind', () => {
    const [command = '', modelfile] = run('ollama.sh', 'agentlm-7b.gguf').split('\n');
    assert.match(command, /^ollama create agentlm-7b -f \//);
    assert.equal(modelfile, `FROM ${bin}/agentlm-7b.gguf`);
    assert.deepEqual(globSync(command.replace(/^.* -f /, '')), []);
  });

  it('build a cluster whose router keeps a conversation with its replica', () => {
    assert.equal(run('cluster.sh', 'head'), 'ray start --head --port=6379 --block');
    assert.equal(run('cluster.sh', 'worker', '10.0.0.1'), 'ray start --address=10.0.0.1:6379 --block');
    assert.match(run('cluster.sh', 'serve'), /^vllm serve THUDM\/agentlm-70b .*--tensor-parallel-size 4 --distributed/);
    assert.equal(
      run('cluster.sh', 'router', 'http://a:8000', 'http://b:8000'),
      'vllm-router --port 8001 --service-discovery static --static-backends http://a:8000,http://b:8000' +
        ' --static-models agentlm-70b,agentlm-70b --routing-logic session --session-key x-session-id',
    );
    assert.throws(() => run('cluster.sh'), /sh cluster\.sh head/);
    assert.throws(() => run('cluster.sh', 'router'), /which replicas/);
  });

  for (const [script, engine, ...rest] of [
    ['llama-server.sh', 'llama-server', 'a.gguf'],
    ['ollama.sh', 'ollama', 'a.gguf'],
    ['cluster.sh', 'ray', 'head'],
    ['cluster.sh', 'vllm', 'serve'],
    ['cluster.sh', 'vllm-router', 'router', 'http://a:8000'],
  ] as const) {
    it(`say how to get ${engine} where it is missing`, () => {
      const { status, stderr } = spawnSync('/bin/sh', [path.join(folder, script), ...rest], {
        encoding: 'utf8',
        env: { PATH: '/nowhere' },
      });
      assert.equal(status, 127);
      assert.match(stderr, new RegExp(`^There is no ${engine} on the PATH\\. .*(?:install|https)`));
    });
  }

  it('are all named in their README, and the page that says which to choose names none that is not there', () => {
    const names = globSync('*', { cwd: folder }).filter((name) => name !== 'README.md');
    const page = readFileSync('docs/hosting.md', 'utf8');
    for (const name of names) {
      assert.ok(read('README.md').includes(name), name);
      assert.ok(page.includes(`\`${name}\``), name);
    }
    const named = [...page.matchAll(/`([\w-]+\.(?:sh|compose\.yml))`/g)].map(([, name = '']) => name);
    assert.deepEqual([...new Set(named)].sort(), names.sort());
  });
});
