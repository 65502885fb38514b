import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileChange, PendingChanges } from '../../../../src/agent/changes';
import { listPending, openPending } from '../../../../src/runtime/shell/changes/pending';
import { holdRun, identities, makePlace, requireSandbox, type HeldRun, type Place } from '../sandbox/held';

/** Tests run as who runs the tests: reading and applying is the editor's work. */
const [identity = 'an ordinary user'] = identities;

describe('The changes of a run', function () {
  this.timeout(120_000);
  let place: Place;
  before(async function () {
    await requireSandbox(this, identity);
  });
  beforeEach(() => {
    place = makePlace(identity);
  });
  afterEach(() => place.remove());

  const at = (file: string) => path.join(place.workspace, file);
  const text = (file: string) => readFileSync(at(file), 'utf8');
  const lay = (files: Record<string, string>): void => {
    for (const [file, content] of Object.entries(files)) place.write(at(file), content);
  };
  /** Runs commands, and the workspace's owner between them; then the run is over. */
  async function changed(...steps: (string | (() => void))[]): Promise<PendingChanges> {
    const held = await holdRun(identity, place);
    try {
      for (const step of steps) {
        if (typeof step === 'string') await runWell(held, step);
        else {
          // Far enough from the command before and the one after to be told apart from them.
          await delay(60);
          step();
          await delay(60);
        }
      }
    } finally {
      await held.close();
    }
    return openPending(place.storage, 'os_test');
  }
  async function runWell(held: HeldRun, command: string): Promise<void> {
    const { exitCode, output } = await held.run(command);
    assert.equal(exitCode, 0, output);
  }
  const short = (changes: readonly FileChange[]) =>
    changes.map(({ kind, path: file, conflict }) =>
      [kind, file, ...(conflict === undefined ? [] : [conflict])].join(' '),
    );

  /** Each is a run, what is listed, and the workspace after all is applied: `find`'s type, rights and name, and contents. */
  const cases: readonly {
    title: string;
    files: Record<string, string>;
    command: string;
    listed: string[];
    check: () => void;
  }[] = [
    {
      title: 'added, modified and deleted files',
      files: { a: 'a\n', b: 'b\n', 'd/c': 'c\n' },
      command: 'echo x >>a; rm b; echo n >d/n; mkdir -p e/f; echo f >e/f/g',
      listed: ['modified a', 'deleted b', 'added d/n', 'added e/f/g'],
      check: () => {
        assert.deepEqual(readdirSync(place.workspace), ['a', 'd', 'e']);
        assert.equal(text('a'), 'a\nx\n');
        assert.equal(text('e/f/g'), 'f\n');
        assert.equal(text('d/c'), 'c\n');
      },
    },
    {
      title: 'what was touched only, or put back: nothing',
      files: { a: 'a\n', b: 'b\n', 'd/c': 'c\n' },
      command: 'touch a; echo x >b; echo b >b; mv d e; mv e d; echo t >t; rm t; chmod 600 a; chmod 644 a',
      listed: [],
      check: () => assert.equal(text('d/c'), 'c\n'),
    },
    {
      title: 'rights only',
      files: { 'run.sh': 'echo\n', 'd/c': 'c\n' },
      command: 'chmod 755 run.sh; chmod 700 d',
      listed: ['mode d', 'mode run.sh'],
      check: () => {
        assert.equal(statSync(at('run.sh')).mode & 0o7777, 0o755);
        assert.equal(statSync(at('d')).mode & 0o7777, 0o700);
        assert.equal(text('d/c'), 'c\n');
      },
    },
    {
      title: 'renamed files and folders',
      files: { a: 'a\n', 'd/x/y': 'y\n', 'd/z': 'z\n' },
      command: 'mv a b; mv d e',
      listed: ['deleted a', 'added b', 'deleted d', 'added e/x/y', 'added e/z'],
      check: () => {
        assert.deepEqual(readdirSync(place.workspace), ['b', 'e']);
        assert.equal(text('e/x/y'), 'y\n');
      },
    },
    {
      title: 'a folder that was deleted and made anew',
      files: { 'd/a': 'a\n', 'd/b': 'b\n', 'd/e/f': 'f\n' },
      command: 'rm -r d; mkdir d; echo x >d/a; echo n >d/n',
      listed: ['modified d/a', 'deleted d/b', 'deleted d/e', 'added d/n'],
      check: () => {
        assert.deepEqual(readdirSync(at('d')), ['a', 'n']);
        assert.equal(text('d/a'), 'x\n');
      },
    },
    {
      title: 'a file that became a folder, and a folder that became a file',
      files: { a: 'a\n', 'd/b': 'b\n', 'd/c/x': 'x\n' },
      command: 'rm a; mkdir a; echo i >a/inside; rm -r d; echo f >d',
      listed: ['modified a', 'added a/inside', 'modified d'],
      check: () => {
        assert.equal(text('a/inside'), 'i\n');
        assert.equal(text('d'), 'f\n');
      },
    },
    {
      title: 'links, which are not followed',
      files: { a: 'a\n', 'd/b': 'b\n' },
      command: `ln -s a l; ln -s /nowhere/$'\\n' m; rm a; ln -s d/b a; rm -r d; ln -s / d`,
      listed: ['modified a', 'modified d', 'added l', 'added m'],
      check: () => {
        assert.equal(readlinkSync(at('a')), 'd/b');
        assert.equal(readlinkSync(at('d')), '/');
        assert.equal(readlinkSync(at('m')), '/nowhere/\n');
      },
    },
    {
      title: 'hard links, which become files of their own',
      files: { a: 'a\n' },
      command: 'ln a b; echo n >n; ln n o',
      listed: ['added b', 'added n', 'added o'],
      check: () => assert.deepEqual(['a', 'b', 'n', 'o'].map(text), ['a\n', 'a\n', 'n\n', 'n\n']),
    },
    {
      title: 'empty folders and empty files',
      files: { 'd/a': 'a\n' },
      command: 'mkdir -p e/f g; : >empty; rm d/a',
      listed: ['deleted d/a', 'added e/f', 'added empty', 'added g'],
      check: () => {
        assert.deepEqual(readdirSync(place.workspace), ['d', 'e', 'empty', 'g']);
        assert.deepEqual(readdirSync(at('d')), []);
        assert.deepEqual(readdirSync(at('e/f')), []);
      },
    },
    {
      title: 'folders and files that their owner may not open',
      files: { a: 'a\n' },
      command:
        'mkdir -p locked/in; echo x >locked/in/x; echo s >s; chmod 0 locked/in/x s; chmod 0 locked/in; chmod 0 locked',
      listed: ['added locked/in/x', 'added s'],
      check: () => {
        assert.equal(text('locked/in/x'), 'x\n');
        assert.equal(statSync(at('s')).mode & 0o777, 0o400);
      },
    },
    {
      title: 'names of every kind',
      files: { 'ü 日本': 'a\n', '-rf': 'b\n' },
      command: `rm ./-rf; echo x >>'ü 日本'; echo 1 >$'line\\nbreak'; echo 2 >$'bad\\377\\xc3name'; mkdir $'dir\\xfe'; echo 3 >$'dir\\xfe/\\xff'; echo 4 >'a\\b'; echo 5 >' '; echo 6 >'*'; echo 7 >'\ufffd'`,
      listed: [
        'added  ',
        'added *',
        'deleted -rf',
        'added a\\b',
        'added bad\udcff\udcc3name',
        'added dir\udcfe/\udcff',
        'added line\nbreak',
        'modified ü 日本',
        'added \ufffd',
      ],
      check: () => {
        const names = readdirSync(place.workspace, { encoding: 'buffer' }).map((name) => name.toString('latin1'));
        assert.ok(names.includes('bad\xff\xc3name') && names.includes('dir\xfe') && names.includes('line\nbreak'));
        assert.equal(names.length, 8);
      },
    },
    {
      title: 'setuid bits, which are not carried over',
      files: { a: 'a\n' },
      command: 'chmod 6755 a; echo n >n; chmod 4711 n',
      listed: ['mode a', 'added n'],
      check: () => {
        assert.equal(statSync(at('a')).mode & 0o7777, 0o755);
        assert.equal(statSync(at('n')).mode & 0o7777, 0o711);
      },
    },
  ];

  for (const { title, files, command, listed, check } of cases) {
    it(`are listed and applied: ${title}`, async () => {
      lay(files);
      const before = snapshot(place.workspace);
      const pending = await changed(command);
      assert.deepEqual(short(await pending.list()), listed);
      assert.deepEqual(snapshot(place.workspace), before, 'nothing is applied by itself');
      const report = await pending.apply('all');
      assert.deepEqual(report, {
        applied: listed.map((line) => line.slice(line.indexOf(' ') + 1)),
        refused: [],
        left: 0,
      });
      check();
      assert.deepEqual(readdirSync(place.storage), [], 'nothing is kept of it');
      assert.deepEqual(await pending.list(), []);
    });
  }

  it('are all gone when discarded, and the workspace is as it was', async () => {
    lay({ a: 'a\n', 'd/b': 'b\n' });
    const before = snapshot(place.workspace);
    const pending = await changed('rm -r d; echo x >a; mkdir -p l/m; chmod 0 l/m; chmod 0 l');
    await pending.discard();
    assert.deepEqual(snapshot(place.workspace), before);
    assert.deepEqual(readdirSync(place.storage), []);
  });

  it('are applied in part, and the rest waits', async () => {
    lay({ a: 'a\n', b: 'b\n' });
    const pending = await changed('echo x >a; echo x >b; mkdir d; echo n >d/n');
    assert.deepEqual(await pending.apply(['d/n', 'a']), { applied: ['a', 'd/n'], refused: [], left: 1 });
    assert.deepEqual(short(await pending.list()), ['modified b']);
    assert.equal(text('b'), 'b\n');
    await assert.rejects(pending.apply(['a']), { code: 'changes.unknownPath' });
    assert.deepEqual((await pending.apply(['b'])).left, 0);
  });

  it('are told apart in three versions', async () => {
    lay({ a: 'original\n', b: 'b\n' });
    const pending = await changed('echo proposed >a; rm b; echo n >n', () => writeFileSync(at('a'), 'current\n'));
    const read = async (file: string) =>
      Promise.all(
        (['original', 'proposed', 'current'] as const).map(async (which) => {
          const bytes = await pending.read(file, which);
          return bytes === undefined ? undefined : Buffer.from(bytes).toString();
        }),
      );
    assert.deepEqual(await read('a'), ['original\n', 'proposed\n', 'current\n']);
    assert.deepEqual(await read('b'), ['b\n', undefined, 'b\n']);
    assert.deepEqual(await read('n'), [undefined, 'n\n', undefined]);
    for (const file of ['../storage/os_test/manifest.json', 'none', '', 'a/..']) {
      assert.deepEqual(await read(file), [undefined, undefined, undefined]);
    }
  });

  it('tell what is text, and what a link points to', async () => {
    const pending = await changed(String.raw`printf 'a\0b' >binary; echo t >text; ln -s text link; mkfifo fifo`);
    assert.deepEqual(
      (await pending.list()).map(({ path: file, after }) => [file, after?.type, after?.binary, after?.target]),
      [
        ['binary', 'file', true, undefined],
        ['fifo', 'special', undefined, undefined],
        ['link', 'link', undefined, 'text'],
        ['text', 'file', undefined, undefined],
      ],
    );
    const { refused, left } = await pending.apply('all');
    assert.deepEqual([refused.map(({ path: file, reason }) => [file, reason]), left], [[['fifo', 'special']], 1]);
  });

  describe('that meet changes of the user', () => {
    const conflicts: readonly { title: string; command: string; act: () => void; listed: string }[] = [
      {
        title: 'modified by both',
        command: 'echo x >a',
        act: () => writeFileSync(at('a'), 'mine\n'),
        listed: 'modified a changed',
      },
      {
        title: 'modified here, deleted there',
        command: 'echo x >a',
        act: () => rmSync(at('a')),
        listed: 'modified a changed',
      },
      {
        title: 'deleted here, modified there',
        command: 'rm a',
        act: () => writeFileSync(at('a'), 'mine\n'),
        listed: 'deleted a changed',
      },
      {
        title: 'added by both',
        command: 'echo x >n',
        act: () => writeFileSync(at('n'), 'mine\n'),
        listed: 'added n changed',
      },
      {
        title: 'deleted folder, new file in it',
        command: 'rm -r d',
        act: () => writeFileSync(at('d/n'), 'mine\n'),
        listed: 'deleted d changed',
      },
      {
        title: 'renewed folder, changed file in it',
        command: 'rm -r d; mkdir d',
        act: () => writeFileSync(at('d/b'), 'mine\n'),
        listed: 'deleted d/b unknown',
      },
      {
        title: 'modified here, re-moded there',
        command: 'echo x >a',
        act: () => chmodSync(at('a'), 0o600),
        listed: 'modified a changed',
      },
      {
        title: 'modified here, a link there',
        command: 'echo x >a',
        act: () => {
          rmSync(at('a'));
          symlinkSync('d/b', at('a'));
        },
        listed: 'modified a changed',
      },
      {
        title: 'modified here, replaced there by an editor',
        command: 'echo x >a',
        act: () => {
          writeFileSync(at('new'), 'mine\n');
          renameSync(at('new'), at('a'));
        },
        listed: 'modified a changed',
      },
    ];
    for (const { title, command, act, listed } of conflicts) {
      it(`are refused, and win on request: ${title}`, async () => {
        lay({ a: 'a\n', 'd/b': 'b\n' });
        const pending = await changed(command, act);
        const mine = snapshot(place.workspace);
        assert.deepEqual(short(await pending.list()), [listed]);
        const { applied, refused, left } = await pending.apply('all');
        assert.deepEqual([applied, refused.map(({ reason }) => reason), left], [[], ['conflict'], 1]);
        assert.deepEqual(snapshot(place.workspace), mine);
        assert.equal((await pending.apply('all', { overwrite: true })).left, 0);
        assert.notDeepEqual(snapshot(place.workspace), mine);
      });
    }

    it('are in doubt when both happened during one command', async () => {
      lay({ a: 'a\n' });
      const held = await holdRun(identity, place);
      const running = held.run('sleep 0.5; echo x >>a');
      await delay(250);
      writeFileSync(at('a'), 'mine\n');
      await running;
      await held.close();
      const pending = await openPending(place.storage, 'os_test');
      assert.deepEqual(short(await pending.list()), ['modified a unknown']);
      assert.equal((await pending.apply('all')).left, 1);
    });

    it('are none where the user changed something else, or the same to the same', async () => {
      lay({ a: 'a\n', b: 'b\n', 'd/c': 'c\n' });
      const pending = await changed('echo x >a; echo x >b; echo n >d/n', () => {
        writeFileSync(at('d/c'), 'mine\n');
        writeFileSync(at('b'), 'x\n');
        writeFileSync(at('other'), 'mine\n');
      });
      assert.deepEqual(short(await pending.list()), ['modified a', 'added d/n']);
      assert.equal((await pending.apply('all')).left, 0);
      assert.equal(text('d/c'), 'mine\n');
    });

    it('see what the user changed before the run touched it', async () => {
      lay({ a: 'a\n' });
      const pending = await changed(':', () => writeFileSync(at('a'), 'mine\n'), 'echo x >>a');
      assert.deepEqual(short(await pending.list()), ['modified a']);
      await pending.apply('all');
      assert.equal(text('a'), 'mine\nx\n');
    });
  });

  describe('never leave the workspace', () => {
    it('through a folder that became a link since', async () => {
      lay({ 'd/a': 'a\n' });
      place.write(path.join(place.folder, 'elsewhere/a'), 'a\n');
      const pending = await changed('echo x >d/a; echo n >d/n; rm -f d/none');
      renameSync(at('d'), path.join(place.folder, 'moved'));
      symlinkSync(path.join(place.folder, 'elsewhere'), at('d'));
      const { applied, refused } = await pending.apply('all', { overwrite: true });
      assert.deepEqual([applied, refused.map(({ reason }) => reason)], [[], ['parent', 'parent']]);
      assert.deepEqual(readdirSync(path.join(place.folder, 'elsewhere')), ['a']);
      assert.equal(readFileSync(path.join(place.folder, 'elsewhere/a'), 'utf8'), 'a\n');
    });

    it('through a link that was there, and that the run made a folder of', async () => {
      place.write(path.join(place.folder, 'elsewhere/a'), 'a\n');
      symlinkSync(path.join(place.folder, 'elsewhere'), at('d'));
      const pending = await changed('rm d; mkdir d; echo x >d/a');
      assert.deepEqual(short(await pending.list()), ['modified d', 'added d/a']);
      assert.deepEqual(
        (await pending.apply(['d/a'])).refused.map(({ reason }) => reason),
        ['parent'],
      );
      assert.equal((await pending.apply('all')).left, 0);
      assert.equal(text('d/a'), 'x\n');
      assert.equal(readFileSync(path.join(place.folder, 'elsewhere/a'), 'utf8'), 'a\n');
    });

    it('through a file that became a link: the link is replaced, or refused', async () => {
      lay({ a: 'a\n' });
      place.write(path.join(place.folder, 'elsewhere'), 'a\n');
      const pending = await changed('echo x >a');
      rmSync(at('a'));
      symlinkSync('../elsewhere', at('a'));
      assert.equal((await pending.apply('all')).refused[0]?.reason, 'conflict');
      assert.equal((await pending.apply('all', { overwrite: true })).left, 0);
      assert.equal(lstatSync(at('a')).isFile(), true);
      assert.equal(readFileSync(path.join(place.folder, 'elsewhere'), 'utf8'), 'a\n');
    });
  });

  it('that belong to git are applied on explicit request only', async () => {
    lay({ '.git/HEAD': 'ref\n', a: 'a\n', 'sub/.git': 'gitdir: x\n' });
    const pending = await changed('echo x >.git/config; echo x >a; echo y >sub/.git; mkdir .GIT; echo x >.GIT/config');
    const first = await pending.apply('all');
    assert.deepEqual(first.applied, ['a']);
    assert.deepEqual(
      first.refused.map(({ reason }) => reason),
      ['git', 'git', 'git'],
    );
    assert.equal(existsSync(at('.git/config')), false);
    assert.equal((await pending.apply('all', { includeGit: true })).left, 0);
    assert.equal(text('.git/config'), 'x\n');
  });

  it('of git status are none', async function () {
    execFileSync('git', ['init', '-q', place.workspace]);
    lay({ a: 'a\n' });
    execFileSync('git', ['-C', place.workspace, 'add', 'a']);
    const pending = await changed(
      `git -c safe.directory='*' status --short; touch a; git -c safe.directory='*' status --short`,
    );
    assert.deepEqual(short(await pending.list()), []);
  });

  it('cannot be applied while the run goes on, but can be seen', async () => {
    lay({ a: 'a\n' });
    const held = await holdRun(identity, place);
    await held.run('echo x >a');
    const [pending] = await listPending(place.storage);
    assert.ok(pending);
    assert.equal(await pending.state(), 'running');
    assert.deepEqual(short(await pending.list()), ['modified a']);
    await assert.rejects(pending.apply('all'), { code: 'changes.running' });
    await assert.rejects(pending.discard(), { code: 'changes.running' });
    await held.close();
    assert.equal(await pending.state(), 'ended');
  });

  it('need their workspace, and are found by their id only', async () => {
    lay({ a: 'a\n' });
    const pending = await changed('echo x >a');
    renameSync(place.workspace, `${place.workspace}-moved`);
    await assert.rejects(pending.apply('all'), { code: 'changes.noWorkspace' });
    for (const id of ['os_none', '..', '../storage/os_test', '']) {
      await assert.rejects(openPending(place.storage, id), { code: 'changes.unknownRun' });
    }
    mkdirSync(path.join(place.storage, 'stray'));
    writeFileSync(path.join(place.storage, 'file'), '');
    assert.deepEqual(
      (await listPending(place.storage)).map(({ id }) => id),
      ['os_test'],
    );
  });

  it('go on with the other files when one cannot be written', async function () {
    lay({ a: 'a\n', 'd/b': 'b\n' });
    const pending = await changed('echo x >a; echo x >d/b; echo n >d/n');
    // Not on every file system, and root's to do.
    if (spawnSync('chattr', ['+i', at('a')]).status !== 0) this.skip();
    try {
      const { applied, refused, left } = await pending.apply('all');
      assert.deepEqual([applied, refused.map(({ reason }) => reason), left], [['d/b', 'd/n'], ['failed'], 1]);
    } finally {
      execFileSync('chattr', ['-i', at('a')]);
    }
    assert.deepEqual(readdirSync(place.workspace), ['a', 'd'], 'no half of it is left');
  });

  it('that are nested without end can be discarded only', async () => {
    const held = await holdRun(identity, place);
    await held.run(
      'for ((i = 0; i < 400; i++)); do mkdir -m 700 deep-as-deep-can-be; cd deep-as-deep-can-be; done; chmod 0 .',
    );
    await held.close();
    const pending = await openPending(place.storage, 'os_test');
    await assert.rejects(pending.list(), { code: 'changes.tooDeep' });
    await assert.rejects(pending.apply('all'), { code: 'changes.tooDeep' });
    await pending.discard();
    assert.deepEqual(readdirSync(place.storage), []);
  });

  it('are looked at while the run swaps folders for links, and nothing outside is touched', async () => {
    place.write(path.join(place.folder, 'elsewhere/a'), 'a\n');
    chmodSync(path.join(place.folder, 'elsewhere'), 0o750);
    const held = await holdRun(identity, place);
    const swapping = held.run(
      `for ((i = 0; i < 300; i++)); do mkdir d; chmod 0277 d; echo x >f; chmod 0377 f; rm -f f; ln -s ${place.folder}/elsewhere/a f; rmdir d; ln -s ${place.folder}/elsewhere d; rm d f; done`,
    );
    const pending = await openPending(place.storage, 'os_test');
    for (let look = 0; look < 10; look++) await pending.list();
    await swapping;
    await held.close();
    assert.equal(statSync(path.join(place.folder, 'elsewhere')).mode & 0o777, 0o750);
    assert.deepEqual(readdirSync(path.join(place.folder, 'elsewhere')), ['a']);
  });

  it('may be five thousand files', async () => {
    for (let folder = 0; folder < 50; folder++) {
      place.write(at(`d${folder}/f0`), '0\n');
      for (let file = 1; file < 50; file++) writeFileSync(at(`d${folder}/f${file}`), `${file}\n`);
    }
    const pending = await changed(
      'for d in d*; do for f in $d/*; do echo x >>$f; done; done; for ((i = 0; i < 2500; i++)); do echo n >n$i; done',
    );
    assert.equal((await pending.list()).length, 5000);
    const { applied, left } = await pending.apply('all');
    assert.deepEqual([applied.length, left], [5000, 0]);
    assert.equal(text('d49/f49'), '49\nx\n');
  });
});

/** All of a tree, with rights and contents. */
function snapshot(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const file = path.join(folder, name);
      const stats = lstatSync(file);
      const content = stats.isFile() ? readFileSync(file, 'latin1') : stats.isSymbolicLink() ? readlinkSync(file) : '';
      return `${stats.mode.toString(8)} ${name} ${content}`;
    });
}
