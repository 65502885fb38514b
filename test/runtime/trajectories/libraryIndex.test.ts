import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLibraryIndex, type LibraryIndex } from '../../../src/runtime/trajectories/libraryIndex';

const { signal } = new AbortController();

describe('The index of the library', () => {
  let root: string;
  let folder: string;
  let indexFile: string;
  /** Names of the files that were read, in order. */
  let read: string[];
  let unreadable: string[];

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
    folder = path.join(root, 'trajectories');
    indexFile = path.join(root, 'storage', 'library.jsonl');
    read = [];
    unreadable = [];
    await mkdir(folder);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const write = (name: string, content: string): Promise<void> => writeFile(path.join(folder, name), content);

  /** An entry is a word of the file. */
  const open = (): Promise<LibraryIndex<string>> =>
    openLibraryIndex<string>(
      indexFile,
      (name) => name.endsWith('.txt'),
      async (file) => {
        read.push(path.basename(file));
        const text = await readFile(file, 'utf8');
        if (text.includes('broken')) throw new Error('broken');
        return text.split(/\s+/).filter(Boolean);
      },
      (file) => unreadable.push(path.basename(file)),
    );

  const refreshed = async (): Promise<LibraryIndex<string>> => {
    const index = await open();
    await index.refresh([folder], { signal });
    return index;
  };

  const entriesOf = (index: LibraryIndex<string>): Record<string, readonly string[]> =>
    Object.fromEntries([...index.files.values()].map(({ file, entries }) => [path.basename(file), entries]));

  it('knows what the files hold, and opens without reading them again', async () => {
    await write('a.txt', 'one two');
    await write('b.txt', 'three');
    await write('c.md', 'no');
    await refreshed();
    read = [];
    const index = await open();
    assert.deepEqual(entriesOf(index), { 'a.txt': ['one', 'two'], 'b.txt': ['three'] });
    assert.equal(await index.refresh([folder], { signal }), false);
    assert.deepEqual(read, []);
  });

  it('reads what is new or has grown, and forgets what is gone', async () => {
    await write('a.txt', 'one');
    await write('b.txt', 'two');
    await write('c.txt', 'three');
    await refreshed();
    read = [];
    await appendFile(path.join(folder, 'a.txt'), ' more');
    await unlink(path.join(folder, 'b.txt'));
    await write('d.txt', 'four');
    const index = await open();
    assert.equal(await index.refresh([folder], { signal }), true);
    assert.deepEqual(read.sort(), ['a.txt', 'd.txt']);
    const expected = { 'a.txt': ['one', 'more'], 'c.txt': ['three'], 'd.txt': ['four'] };
    assert.deepEqual(entriesOf(index), expected);
    assert.deepEqual(entriesOf(await open()), expected);
  });

  const damages: readonly (readonly [what: string, damage: () => Promise<void>])[] = [
    ['is missing', () => unlink(indexFile)],
    ['is empty', () => writeFile(indexFile, '')],
    ['is no text', () => writeFile(indexFile, Buffer.from([0, 255, 1, 254]))],
    ['is of another version', () => writeFile(indexFile, '{"library":99}\n["/x",1,1,[]]\n')],
    ['was cut short', async () => writeFile(indexFile, (await readFile(indexFile, 'utf8')).slice(0, -9))],
    ['has a line of something else', () => appendFile(indexFile, '[1,2]\nnull\n{"a":')],
  ];
  for (const [what, damage] of damages) {
    it(`is made again from the files when it ${what}`, async () => {
      await write('a.txt', 'one');
      await write('b.txt', 'two');
      await refreshed();
      await damage();
      const expected = { 'a.txt': ['one'], 'b.txt': ['two'] };
      assert.deepEqual(entriesOf(await refreshed()), expected);
      await write('c.txt', 'three');
      await refreshed();
      read = [];
      assert.deepEqual(entriesOf(await refreshed()), { ...expected, 'c.txt': ['three'] });
      assert.deepEqual(read, []);
    });
  }

  it('serves two windows that write to it at once', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    for (let round = 0; round < 20; round++) {
      await write(`${round}.txt`, `word${round}`);
      await Promise.all([one.refresh([folder], { signal }), other.refresh([folder], { signal })]);
    }
    read = [];
    const third = await refreshed();
    assert.equal(third.files.size, 20);
    assert.deepEqual(entriesOf(third), entriesOf(one));
    assert.deepEqual(read, []);
  });

  it('stays small when one file changes all the time', async () => {
    const index = await refreshed();
    for (let round = 0; round < 1100; round++) {
      await write('a.txt', 'x'.repeat(round + 1));
      await index.refresh([folder], { signal });
    }
    const lines = (await readFile(indexFile, 'utf8')).split('\n').length;
    assert.ok(lines < 1050, `${lines} lines`);
  }).timeout(60_000);

  it('names a file that cannot be read, keeps the others, and tries again', async () => {
    await write('a.txt', 'broken');
    await write('b.txt', 'two');
    const index = await refreshed();
    assert.deepEqual(unreadable, ['a.txt']);
    assert.deepEqual(entriesOf(index), { 'b.txt': ['two'] });
    await write('a.txt', 'mended');
    await index.refresh([folder], { signal });
    assert.deepEqual(entriesOf(index), { 'a.txt': ['mended'], 'b.txt': ['two'] });
  });

  it('has nothing in folders that are missing, and drops those that are no longer asked for', async () => {
    await write('a.txt', 'one');
    const index = await refreshed();
    await index.refresh([path.join(root, 'nowhere')], { signal });
    assert.equal(index.files.size, 0);
  });

  it('stops when it is told to', async () => {
    await write('a.txt', 'one');
    const index = await open();
    await assert.rejects(index.refresh([folder], { signal: AbortSignal.abort() }), { name: 'AbortError' });
  });
});
