import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../../src/agent/errors';
import { parseGgufHeader, readGgufHeader } from '../../../src/runtime/localModel/ggufHeader';
import { gguf, uint32, uint64 } from './gguf';

const agentlm = {
  'general.architecture': 'llama',
  'general.name': 'THUDM_agentlm-7b',
  'llama.context_length': 4096,
};

function refusal(bytes: Buffer): string {
  try {
    parseGgufHeader(bytes, '/models/x.gguf');
  } catch (error) {
    assert.ok(UserError.is(error), String(error));
    assert.equal(error.code, 'localModel.file');
    return error.message;
  }
  return 'accepted';
}

describe('The header of a model file', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-gguf-'))));
  after(() => rmSync(folder, { recursive: true }));
  const write = (bytes: Buffer | string) => {
    const file = path.join(folder, 'x.gguf');
    writeFileSync(file, bytes);
    return file;
  };

  it('tells architecture, name, window and size', async () => {
    const bytes = gguf(agentlm);
    assert.deepEqual(await readGgufHeader(write(bytes)), {
      version: 3,
      architecture: 'llama',
      name: 'THUDM_agentlm-7b',
      contextLength: 4096,
      fileBytes: bytes.length,
    });
  });

  it('reads a file of tens of gigabytes as fast as a small one', async () => {
    const file = write(gguf(agentlm));
    truncateSync(file, 41.4e9);
    assert.equal((await readGgufHeader(file)).fileBytes, 41.4e9);
  });

  it('finds what stands behind a vocabulary, scores and values of every type', () => {
    const pieces = Array.from({ length: 32_000 }, (_, index) => `▁piece${index}`);
    const scores = { type: 9, bytes: Buffer.concat([uint32(6), uint64(32_000), Buffer.alloc(4 * 32_000)]) };
    const header = parseGgufHeader(
      gguf({
        'general.architecture': 'llama',
        flag: { type: 7, bytes: Buffer.of(1) },
        float: { type: 12, bytes: Buffer.alloc(8) },
        'tokenizer.ggml.tokens': pieces,
        'tokenizer.ggml.scores': scores,
        'llama.context_length': { type: 10, bytes: uint64(2048) },
      }),
      'x',
    );
    assert.equal(header.contextLength, 2048);
    assert.equal(header.name, undefined);
  });

  it('is content with what it found where the vocabulary outgrows what is read', () => {
    const endless = { type: 9, bytes: Buffer.concat([uint32(8), uint64(1e6), uint64(5e6)]) };
    const header = parseGgufHeader(gguf({ 'general.architecture': 'llama', 'tokenizer.ggml.tokens': endless }), 'x');
    assert.deepEqual([header.architecture, header.contextLength], ['llama', undefined]);
  });

  for (const [what, start, said] of [
    ['an empty file', '', /it is empty/],
    ['the pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', /git lfs pull/],
    ['a web page', '\n<!doctype html><title>Log in</title>', /web page/],
    ['a file of llama.cpp’s older format', 'tjgg\x03\0\0\0', /gave up in 2023/],
    ['PyTorch weights', 'PK\x03\x04', /archive/],
    ['anything else', 'hello', /does not begin as a GGUF file/],
  ] as const) {
    it(`refuses ${what}, and says what it is`, () => {
      assert.match(refusal(Buffer.from(start)), said);
    });
  }

  it('refuses a header that breaks off, and versions it does not know', () => {
    assert.match(refusal(Buffer.from('GGUF\x03\0\0\0')), /breaks off/);
    assert.match(refusal(gguf(agentlm, { version: 4 })), /version 4/);
    assert.match(refusal(gguf(agentlm, { version: 0x0300_0000 })), /version 50331648/);
    assert.match(refusal(gguf({ 'general.name': 'x' })), /architecture/);
  });

  it('refuses folders and pipes without waiting for them, and files that are not there', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await assert.rejects(readGgufHeader(pipe), /it is not a file/);
    await assert.rejects(readGgufHeader(folder), /it is not a file/);
    await assert.rejects(readGgufHeader(path.join(folder, 'none.gguf')), /cannot be read \(ENOENT\)/);
  });

  it('takes no memory and no time for what a hostile file claims', () => {
    const huge = 2n ** 64n - 1n;
    const text = { type: 8, bytes: uint64(huge) };
    const list = { type: 9, bytes: Buffer.concat([uint32(8), uint64(huge), uint64(0)]) };
    const nested = {
      type: 9,
      bytes: Buffer.concat(Array.from({ length: 10_000 }, () => Buffer.concat([uint32(9), uint64(1)]))),
    };
    for (const value of [text, list, nested, { type: 99, bytes: Buffer.alloc(0) }]) {
      assert.match(refusal(gguf({ hostile: value, ...agentlm }, { claims: Number.MAX_SAFE_INTEGER })), /architecture/);
    }
  });

  it('shows no hidden character of the name', () => {
    assert.equal(
      parseGgufHeader(gguf({ ...agentlm, 'general.name': 'a\u202Eb\x1b[31m' }), 'x').name,
      'a<U+202E>b<U+001B>[31m',
    );
  });

  it('accepts or refuses any bytes at all, and never fails otherwise', () => {
    const whole = gguf({ ...agentlm, list: ['a', 'b'] });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))), fc.nat(whole.length), (changes, end) => {
        const bytes = Buffer.from(whole);
        for (const [index, value] of changes) bytes[index] = value;
        refusal(bytes.subarray(0, end));
      }),
    );
  });
});
