import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatDialogue, gpt, human } from '../../../src/agent/conversation';
import { UserError } from '../../../src/agent/errors';
import { appendDialogue, appendInFolder } from '../../../src/runtime/trajectories/trajectoryFile';

const dialogue = { id: 'os_1', conversations: [human('ä'), gpt('Act: finish', { loss: true })] };
const line = `${formatDialogue(dialogue)}\n`;

describe('The trajectory file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gets a line for each row', async () => {
    const file = path.join(folder, 'rows.jsonl');
    await appendDialogue(file, dialogue);
    await appendDialogue(file, dialogue);
    assert.equal(await readFile(file, 'utf8'), line + line);
  });

  it('keeps a line that a crash left unfinished apart from the next one', async () => {
    const file = path.join(folder, 'rows.jsonl');
    await writeFile(file, '{"id": "half');
    await appendDialogue(file, dialogue);
    assert.equal(await readFile(file, 'utf8'), `{"id": "half\n${line}`);
  });

  it('keeps every row of many that are written at once', async () => {
    const file = path.join(folder, 'rows.jsonl');
    await Promise.all(Array.from({ length: 50 }, () => appendDialogue(file, dialogue)));
    assert.equal(await readFile(file, 'utf8'), line.repeat(50));
  });

  it('lies in a folder that is made where it is missing', async () => {
    const place = { folder: path.join(folder, 'a/b'), workspace: folder };
    assert.equal(await appendInFolder(place, 'rows.jsonl', dialogue), path.join(folder, 'a/b/rows.jsonl'));
    assert.equal(await readFile(path.join(folder, 'a/b/rows.jsonl'), 'utf8'), line);
  });

  it('follows no link out of the workspace, only where the user said to', async () => {
    const [workspace, outside] = [path.join(folder, 'workspace'), path.join(folder, 'outside')];
    await mkdir(workspace);
    await mkdir(outside);
    await symlink(outside, path.join(workspace, 'link'));
    const linked = path.join(workspace, 'link');
    await assert.rejects(
      appendInFolder({ folder: linked, workspace }, 'rows.jsonl', dialogue),
      (error) => UserError.is(error) && error.code === 'record.outside',
    );
    assert.deepEqual(await readdir(outside), []);
    await appendInFolder({ folder: linked, workspace: undefined }, 'rows.jsonl', dialogue);
    assert.deepEqual(await readdir(outside), ['rows.jsonl']);
  });

  it('says which file could not be written, and what to do', async () => {
    await writeFile(path.join(folder, 'file'), '');
    await assert.rejects(
      appendDialogue(path.join(folder, 'file/rows.jsonl'), dialogue),
      (error) => UserError.is(error) && error.code === 'record.failed' && error.message.includes('rows.jsonl'),
    );
  });
});
