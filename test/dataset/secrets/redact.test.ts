import assert from 'node:assert/strict';
import { gpt, human, type Dialogue } from '../../../src/agent/conversation';
import { findSecrets } from '../../../src/dataset/secrets/findSecrets';
import { propose, redact } from '../../../src/dataset/secrets/redact';

const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const dialogue = {
  id: 'os_1',
  conversations: [
    human(`Log in with ${token} and mail mkoenig@corp.net, not lchen@corp.net.`),
    gpt(`Act: bash\n\n\`\`\`bash\nGH_TOKEN=${token} ls /home/mkoenig/x\n\`\`\``, { loss: true }),
    human(`The output of the OS:\n\n/home/mkoenig/x mkoenigs ${token}`),
  ],
};

const findingsOf = ({ conversations }: Dialogue) => conversations.map(({ value }) => findSecrets(value));

describe('Redaction', () => {
  const proposals = propose(dialogue, findingsOf(dialogue));

  it('proposes each secret once, with the turns that it stands in', () => {
    assert.deepEqual(
      proposals.map(({ kind, replacement, turns }) => [kind, replacement, turns]),
      [
        ['github-token', 'REDACTED_GITHUB_TOKEN_1', [0, 1, 2]],
        ['email', 'user1@example.com', [0]],
        ['email', 'user2@example.com', [0]],
        ['home-path', 'user1', [0, 1, 2]],
      ],
    );
  });

  it('replaces the same by the same in every turn, and leaves other words alone', () => {
    const { conversations } = redact(dialogue, proposals);
    assert.deepEqual(
      conversations.map(({ value }) => value),
      [
        'Log in with REDACTED_GITHUB_TOKEN_1 and mail user1@example.com, not user2@example.com.',
        'Act: bash\n\n```bash\nGH_TOKEN=REDACTED_GITHUB_TOKEN_1 ls /home/user1/x\n```',
        'The output of the OS:\n\n/home/user1/x mkoenigs REDACTED_GITHUB_TOKEN_1',
      ],
    );
    assert.deepEqual(
      conversations.map(({ loss }) => loss),
      [null, true, null],
    );
  });

  it('leaves nothing to be found', () => {
    for (const { value } of redact(dialogue, proposals).conversations) assert.deepEqual(findSecrets(value), []);
  });

  it('replaces only what was chosen', () => {
    const [first] = proposals;
    assert.ok(first);
    const { conversations } = redact(dialogue, [first]);
    assert.ok(conversations[0]?.value.includes('mkoenig@corp.net'));
  });

  it('takes no stand-in that is in the text already', () => {
    const taken = { id: 'os_2', conversations: [human('user1@example.com writes to mkoenig@corp.net')] };
    assert.deepEqual(
      propose(taken, findingsOf(taken)).map(({ replacement }) => replacement),
      ['user2@example.com'],
    );
  });
});
