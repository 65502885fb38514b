import assert from 'node:assert/strict';
import { codeBlock, escapeMarkdownLines } from '../../src/vscode/markdown';

describe('Text in Markdown', () => {
  it('stays text, line by line', () => {
    assert.equal(
      escapeMarkdownLines('# No *heading*\n![x](https://evil.example/p)\n\n    no code'),
      '\\# No \\*heading\\*\\\n\\!\\[x\\]\\(https\\:\\/\\/evil\\.example\\/p\\)\\\n\\\n no code',
    );
  });

  it('cannot end the block that it stands in', () => {
    assert.equal(
      codeBlock('a\n```\n[x](command:y)\n````', 'bash'),
      '\n`````bash\na\n```\n[x](command:y)\n````\n`````\n',
    );
    assert.equal(codeBlock('ls', 'bash'), '\n```bash\nls\n```\n');
  });
});
