import assert from 'node:assert/strict';
import { readDraft } from '../../../src/webview/chat/draftReply';

describe('A reply that is still arriving', () => {
  it('is a thought without the word that announces it', () => {
    assert.deepEqual(readDraft('Think: I list the files'), { thought: 'I list the files', action: undefined });
  });

  it('is nothing yet while only that word has come', () => {
    assert.deepEqual(readDraft('\nThink:'), { thought: '', action: undefined });
  });

  it('grows an action behind the thought', () => {
    const reply = 'Think: I list.\n\nAct: bash\n\n```bash\nls -la\ncat x';
    assert.deepEqual(readDraft(reply), { thought: 'I list.', action: 'ls -la\ncat x' });
  });

  it('keeps the fence of the action to itself, open or half closed', () => {
    assert.equal(readDraft('Think: a\n\nAct: bash\n\n```ba').action, '');
    assert.equal(readDraft('a\nAction: Operation\n```sql\nSELECT 1\n``').action, 'SELECT 1');
    assert.equal(readDraft('a\nAction: Operation\n```sql\nSELECT 1\n```').action, 'SELECT 1');
  });

  it('does not take a word inside the thought for an action', () => {
    assert.equal(readDraft('Think: The Act: line comes last').action, undefined);
  });
});
