import assert from 'node:assert/strict';
import { proposalText, readProposals, type Proposal } from '../../src/agent/proposal';

const proposals: readonly Proposal[] = [
  { kind: 'os', text: 'How many files are there?', reference: 'ls | wc -l' },
  { kind: 'os', text: 'Make a folder a.', reference: 'mkdir a', check: 'test -d a' },
  { kind: 'db', text: 'How many rows\ndoes t have?', reference: 'SELECT COUNT(*) FROM t' },
];

describe('Proposed tasks', () => {
  it('are read as they were worded, several in a reply', () => {
    for (const kind of ['os', 'db'] as const) {
      const own = proposals.filter((proposal) => proposal.kind === kind);
      assert.deepEqual(readProposals(kind, own.map(proposalText).join('\n\n')), own);
    }
  });

  it('are read as models write them: numbered, bold, with words around them', () => {
    const reply =
      'Sure! Here are tasks.\n\n1. **Task:** Count the files.\n**Answer:**\n```sh\nls | wc -l\n```\n\n' +
      '- Task 2: Make a.\n  Check:\n  ```bash\n  test -d a\n  ```\n  Solution:\n  ```bash\n  mkdir a\n  ```\nThat is all.';
    assert.deepEqual(readProposals('os', reply), [
      { kind: 'os', text: 'Count the files.', reference: 'ls | wc -l' },
      { kind: 'os', text: 'Make a.', check: 'test -d a', reference: 'mkdir a' },
    ]);
    assert.deepEqual(readProposals('db', 'task: How many?\nsql:\n```SQL\nSELECT 1;\n```'), [
      { kind: 'db', text: 'How many?', reference: 'SELECT 1' },
    ]);
  });

  for (const [what, reply] of [
    ['nothing', ''],
    ['chatter', 'I would love to help you with that task: which one?'],
    ['a task without a block', 'Task: Count the files.\nAnswer: ls | wc -l'],
    ['a block that is open', 'Task: Count the files.\nAnswer:\n```bash\nls'],
    ['an empty block', 'Task: Count the files.\nAnswer:\n```bash\n```'],
    ['a change without a solution', 'Task: Make a.\nCheck:\n```bash\ntest -d a\n```'],
    ['a block of a later task', 'Task: Count.\nTask: \nAnswer:\n```bash\nls\n```'],
    ['more words than a window holds', `Task: ${'x'.repeat(1001)}\nAnswer:\n\`\`\`bash\nls\n\`\`\``],
    ['a script that never ends', `Task: Count.\nAnswer:\n\`\`\`bash\n${'x'.repeat(4001)}\n\`\`\``],
  ] as const) {
    it(`are none in ${what}`, () => assert.deepEqual(readProposals('os', reply), []));
  }
});
