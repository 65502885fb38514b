import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { spawn as spawnInTerminal } from 'node-pty';
import { startFakeEndpoint, type FakeEndpoint, type FakeScript } from '../fakeEndpoint';

const cli = path.resolve('dist/cli.js');
const opening = '[INST] <<SYS>>\nYou are a helpful, respectful and honest assistant.\n<</SYS>>\n\n';

describe('agentlm chat', function () {
  this.timeout(60_000);
  let endpoint: FakeEndpoint | undefined;
  afterEach(async () => endpoint?.close());

  async function talk(script: FakeScript, input: string) {
    endpoint = await startFakeEndpoint(script);
    const child = spawn(process.execPath, [cli, 'chat', '--endpoint', endpoint.url], { stdio: 'pipe' });
    child.stdin.end(input);
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]);
    return { stdout, stderr, code, prompts: endpoint.completions.map(({ prompt }) => prompt) };
  }

  it('answers each line that is piped in, in the format AgentLM was trained on', async () => {
    const { stdout, stderr, code, prompts } = await talk([' Hi.', 'I am\nmany.'], 'Hello\n\nWho are you?\n');
    assert.deepEqual([stdout, stderr, code], ['Hi.\nI am\nmany.\n', '', 0]);
    assert.deepEqual(prompts, [
      `${opening}Hello [/INST]`,
      `${opening}Hello [/INST] Hi. </s><s>[INST] Who are you? [/INST]`,
    ]);
  });

  it('ends a script at the first failure, with the exit code that says whose it is', async () => {
    const { stdout, stderr, code, prompts } = await talk([{ text: 'Hal', ending: 'cut' }, 'x'], 'Hello\nAgain\n');
    assert.deepEqual([stdout, code, prompts.length], ['Hal\n', 3, 1]);
    assert.match(stderr, /\S+\.\n$/);
  });

  it('says in a sentence why it cannot begin', async () => {
    for (const [place, expected, words] of [
      [['--endpoint', 'http://127.0.0.1:9'], 3, /^No server answers at .*\n$/],
      [['--endpoint', 'ftp://x'], 2, /^\S.*\n$/],
      [['--local', '/nowhere/model.gguf'], 1, /^\S.*\n$/],
    ] as const) {
      const child = spawn(process.execPath, [cli, 'chat', ...place], { stdio: ['ignore', 'ignore', 'pipe'] });
      const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
      const [stderr, code] = await Promise.all([text(child.stderr), closed]);
      assert.equal(code, expected, stderr);
      assert.match(stderr, words);
    }
  });

  it('stops a reply at Ctrl-C, remembers how far it came, and ends at Ctrl-D', async function () {
    if (process.platform === 'win32') this.skip();
    const { url, completions } = (endpoint = await startFakeEndpoint([{ text: 'Half', ending: 'stall' }, 'Whole.']));
    const terminal = spawnInTerminal(process.execPath, [cli, 'chat', '--endpoint', url], {
      cwd: process.cwd(),
      env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm' },
      cols: 80,
      rows: 24,
      encoding: null,
    });
    const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
    let printed = '';
    terminal.onData((data) => (printed += data.toString()));
    const shows = async (words: string): Promise<void> => {
      while (!stripVTControlCharacters(printed).includes(words)) await delay(20);
    };
    await shows('> ');
    terminal.write('Hello\r');
    await shows('Half');
    terminal.write('\x03');
    await shows('Stopped.');
    terminal.write('Again\r');
    await shows('Whole.');
    terminal.write('\x04');
    assert.equal(await ended, 0);
    assert.equal(completions[1]?.prompt, `${opening}Hello [/INST] Half </s><s>[INST] Again [/INST]`);
  });
});
