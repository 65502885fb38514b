import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { as, makePlace, type Place } from '../runtime/shell/sandbox/held';

const cli = path.resolve('dist/cli.js');

describe('A user who is not root', function () {
  this.timeout(60_000);
  let place: Place;
  beforeEach(() => (place = makePlace('an ordinary user')));
  afterEach(() => place.remove());

  function run(...task: string[]) {
    const command = [process.execPath, cli, 'run', ...task, '--endpoint', 'demo', '--approve', 'none'];
    const [program = '', ...argv] = [...as('an ordinary user'), ...command];
    const env = { PATH: process.env['PATH'], HOME: place.home, TMPDIR: place.temporary };
    const { status, stdout } = spawnSync(program, argv, { env, encoding: 'utf8', timeout: 50_000 });
    return { status, stdout };
  }

  it('is told that a database may not be read', () => {
    const file = path.join(place.workspace, 'private.db');
    place.write(file, '');
    chmodSync(file, 0);
    const { status, stdout } = run('db', 'How many?', '--database', file);
    assert.match(stdout, /private\.db cannot be read \(EACCES.* that you may read it\.\n/);
    assert.equal(status, 1);
  });

  it('is told that a folder may not be entered', () => {
    const folder = path.join(place.home, 'closed');
    mkdirSync(folder, { mode: 0o600 });
    const { status, stdout } = run('os', 'What is in here?', '--cwd', folder, '--sandbox', 'off');
    assert.match(stdout, /You may not enter the folder .*closed\. Change its permissions/);
    assert.equal(status, 1);
  });
});
