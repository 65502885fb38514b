import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { candidates, findProgram } from '../../../src/runtime/localModel/findProgram';

describe('Finding a program that serves models', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-find-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const machine = (variables: Record<string, string> = {}) => ({ platform: 'linux' as const, home: folder, variables });
  const program = (...parts: string[]) => {
    const file = path.join(folder, ...parts);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '', { mode: 0o755 });
    return file;
  };

  it('takes the first on the PATH', async () => {
    const first = program('a', 'llama-server');
    program('b', 'llama-server');
    const PATH = ['empty', 'a', 'b'].map((name) => path.join(folder, name)).join(':');
    assert.equal(await findProgram('llama-server', '', machine({ PATH })), first);
  });

  it('looks where people build llama.cpp, too', async () => {
    const built = program('llama.cpp', 'build', 'bin', 'llama-server');
    const found = await findProgram('llama-server', undefined, machine());
    assert.ok(found === built || found?.startsWith('/usr'), found);
  });

  it('passes over folders and files that may not be run', async () => {
    mkdirSync(path.join(folder, 'a', 'ollama-x'), { recursive: true });
    chmodSync(program('b', 'ollama-x'), 0o644);
    const PATH = `${folder}/a:${folder}/b`;
    assert.equal(await findProgram('ollama-x' as 'ollama', '', machine({ PATH })), undefined);
  });

  it('never runs what lies in the current folder', () => {
    const places = candidates('ollama', machine({ PATH: '.::bin:/opt/bin' }));
    assert.deepEqual(
      places.filter((place) => !path.isAbsolute(place)),
      [],
    );
    assert.equal(places[0], '/opt/bin/ollama');
  });

  it('takes the path that the user set, with ~ as the home folder', async () => {
    const chosen = program('mine', 'server-of-today');
    assert.equal(await findProgram('llama-server', ' ~/mine/server-of-today ', machine()), chosen);
  });

  it('says when the path that the user set is no program, and looks nowhere else', async () => {
    const PATH = path.dirname(program('a', 'ollama'));
    await assert.rejects(findProgram('ollama', path.join(folder, 'none'), machine({ PATH })), {
      code: 'localModel.program',
      message: /none is not a program that can be started\. Set the path of ollama/,
    });
  });

  it('knows the usual places of macOS and Windows', () => {
    const mac = candidates('ollama', {
      platform: 'darwin',
      home: '/Users/a',
      variables: { PATH: '/opt/homebrew/bin:/bin' },
    });
    assert.deepEqual(mac.slice(0, 2), ['/opt/homebrew/bin/ollama', '/bin/ollama']);
    assert.ok(mac.includes('/Applications/Ollama.app/Contents/Resources/ollama'));
    const windows = candidates('llama-server', {
      platform: 'win32',
      home: 'C:\\Users\\a',
      variables: { Path: 'C:\\tools;bin', LOCALAPPDATA: 'C:\\Local' },
    });
    assert.equal(windows[0], 'C:\\tools\\llama-server.exe');
    assert.ok(windows.includes('C:\\Local\\Microsoft\\WinGet\\Links\\llama-server.exe'));
  });
});
