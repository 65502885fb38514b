import assert from 'node:assert/strict';
import fc from 'fast-check';
import { replyPieces } from '../../../src/webview/chat/codeBlocks';

describe('A reply with code in it', () => {
  it('is words and code, in turn', () => {
    assert.deepEqual(replyPieces('Try this:\n\n```bash\nls -la\n```\nOr not.'), [
      { is: 'words', text: 'Try this:' },
      { is: 'code', language: 'bash', text: 'ls -la', whole: true },
      { is: 'words', text: 'Or not.' },
    ]);
  });

  it('has code that is not whole yet while it arrives', () => {
    assert.deepEqual(replyPieces('```py\nprint(1)'), [{ is: 'code', language: 'py', text: 'print(1)', whole: false }]);
  });

  it('may have fences within longer fences', () => {
    assert.deepEqual(replyPieces('````\n```bash\nls\n```\n````'), [
      { is: 'code', language: '', text: '```bash\nls\n```', whole: true },
    ]);
  });

  it('is text, whatever else Markdown would make of it', () => {
    const text = '# <b>x</b> [a](command:quit) `b` ![c](http://d)';
    assert.deepEqual(replyPieces(text), [{ is: 'words', text }]);
  });

  it('loses no word of what it says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '```', '```sh', '~~~', ' ', '\n', 'b `c`'), { maxLength: 30 }),
        (parts) => {
          const reply = parts.join('');
          const shown = replyPieces(reply)
            .map(({ text }) => text)
            .join('');
          const letters = (text: string): string => text.replace(/[^abc]/g, '');
          const fences = /^[ \t]*(?:`{3,}|~{3,})[^`\n]*$/gm;
          assert.ok(letters(shown).length >= letters(reply.replace(fences, '')).length);
        },
      ),
    );
  });
});
