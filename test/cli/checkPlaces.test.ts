import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireFolder, requireWritable } from '../../src/cli/checkPlaces';

describe('Folders and files that the command line names', () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
    file = path.join(folder, 'file');
    writeFileSync(file, '');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('pass where they can be used', async () => {
    await requireFolder('--cwd', folder);
    await requireWritable('--record', file);
    await requireWritable('--record', path.join(folder, 'new'));
  });

  it('are refused before anything runs where they cannot', async () => {
    const missing = path.join(folder, 'none');
    for (const name of [file, missing]) {
      await assert.rejects(requireFolder('--cwd', name), /^UsageError: --cwd: .* is no folder/);
    }
    await assert.rejects(requireWritable('--record', folder), /^UsageError: --record: .* is a folder/);
    const within = path.join(missing, 'x');
    await assert.rejects(requireWritable('--export', within), /^UsageError: --export: .*none is no folder/);
  });
});
