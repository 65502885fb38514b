import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pieces, visible } from '../../src/agent/hiddenCharacters';

describe('Characters that hide', () => {
  it('are named where nothing can be marked up', () => {
    assert.equal(visible('ls\u202e \u001b[31m\tx\n'), 'ls<U+202E> <U+001B>[31m\tx\n');
  });

  it('stays as it is where everything in it can be seen', () => {
    const text = "find . -name '*.py' |\n\tgrep 'naïve 漢字 שָׁל֔וֹם ကြွေးမြှောင် ที่นี่ ✓'\n";
    assert.deepEqual(pieces(text), [{ text, hidden: false }]);
  });

  const hiding: readonly [string, string][] = [
    ['an override of the direction of writing', '\u202e'],
    ['an isolate', '\u2066'],
    ['an Arabic letter mark', '\u061c'],
    ['a zero-width space', '\u200b'],
    ['a zero-width joiner', '\u200d'],
    ['a byte order mark', '\ufeff'],
    ['a soft hyphen', '\u00ad'],
    ['a filler that takes no room', '\u3164'],
    ['a variation selector', '\ufe0f'],
    ['a tag character', '\u{e0041}'],
    ['an escape', '\u001b'],
    ['a carriage return', '\r'],
    ['a backspace', '\b'],
    ['a C1 control', '\u009b'],
    ['a no-break space', '\u00a0'],
    ['a line separator', '\u2028'],
    ['a private character', '\ue000'],
    ['half a surrogate pair', '\ud800'],
  ];
  for (const [what, character] of hiding) {
    it(`shows ${what} by its number`, () => {
      const number = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
      assert.deepEqual(pieces(`a${character}b`), [
        { text: 'a', hidden: false },
        { text: `U+${number}`, hidden: true },
        { text: 'b', hidden: false },
      ]);
    });
  }

  it('are marks that pile up on a letter, from the fifth on', () => {
    const piled = `Z${'\u0351'.repeat(6)}a`;
    assert.equal(visible(piled), `Z${'\u0351'.repeat(4)}<U+0351><U+0351>a`);
  });

  it('loses nothing, whatever it is', () => {
    const text = fc.array(fc.integer({ min: 0, max: 0x10ffff })).map((codes) => String.fromCodePoint(...codes));
    fc.assert(
      fc.property(text, (text) => {
        const restored = pieces(text).map(({ text, hidden }) =>
          hidden ? String.fromCodePoint(Number.parseInt(text.slice(2), 16)) : text,
        );
        assert.equal(restored.join(''), text);
      }),
    );
  });
});
