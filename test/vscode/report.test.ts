import assert from 'node:assert/strict';
import { UserError } from '../../src/agent/errors';
import { sentence } from '../../src/vscode/report';
import hostile from '../fixtures/hostile.json';

/** What VS Code makes a link of in notifications and input boxes: one to a command runs it. */
const link = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)/;

describe('An error as a sentence', () => {
  it('holds no link that the server or the model has written', () => {
    for (const text of [...Object.values(hostile.modelOutputs), ...hostile.fileNames]) {
      const error = new UserError('endpoint.refused', '{0} refused the request: {1}', ['lab', text]);
      assert.doesNotMatch(sentence(error), link);
    }
    assert.match(hostile.modelOutputs.links, link);
  });

  it('says nothing of a bug but where its details are', () => {
    assert.equal(
      sentence(new TypeError('x of undefined')),
      'Something went wrong in AgentLM. The log has the details.',
    );
  });
});
