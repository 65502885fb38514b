import assert from 'node:assert/strict';
import { ThoughtStream } from '../../../src/vscode/native/thoughtStream';

/** What is handed on of a reply that arrives in pieces of this size. */
function streamed(reply: string, size: number): string {
  const stream = new ThoughtStream();
  let said = '';
  for (let at = 0; at < reply.length; at += size) said += stream.add(reply.slice(at, at + size));
  return said;
}

describe('The thought of a reply that streams in', () => {
  const sizes = [1, 2, 3, 7, 1000];

  for (const size of sizes) {
    it(`is all that is said of it, in pieces of ${size}`, () => {
      assert.equal(
        streamed('Think: I list the files.\nThen I count.\n\nAct: bash\n\n```bash\nls\n```', size),
        'I list the files.\nThen I count.',
      );
      assert.equal(streamed('I look first.\n\nAction: Operation\n```sql\nSELECT 1\n```', size), 'I look first.');
      assert.equal(streamed('Think: An apple.\nActually two.', size), 'An apple.\nActually two.');
    });
  }

  it('is nothing where there is only an action', () => {
    for (const size of sizes) assert.equal(streamed('Act: finish', size), '');
  });

  it('begins anew with the next reply', () => {
    const stream = new ThoughtStream();
    stream.add('Think: One.');
    stream.reset();
    assert.equal(stream.add('Think: Two.'), 'Two.');
  });
});
