import assert from 'node:assert/strict';
import { readDefinition } from '../../../src/vscode/native/taskProvider';

const type = 'agentlm';

describe('A task of tasks.json', () => {
  it('is read as it is written', () => {
    const definition = { type, kind: 'db', task: 'How many?', place: 'shop.sqlite' };
    assert.deepEqual(readDefinition(definition), { kind: 'db', task: 'How many?', place: 'shop.sqlite' });
    assert.equal(readDefinition({ type, kind: 'os', task: 'Count.' }).place, undefined);
  });

  it('that lacks something says what', () => {
    const code = (rest: object): string => {
      try {
        readDefinition({ type, ...rest });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    assert.equal(code({ task: 'Count.' }), 'task.kind');
    assert.equal(code({ kind: 'web', task: 'Count.' }), 'task.kind');
    assert.equal(code({ kind: 'os' }), 'task.empty');
    assert.equal(code({ kind: 'os', task: ' ' }), 'task.empty');
    assert.equal(code({ kind: 'os', task: ['rm'] }), 'task.empty');
    assert.equal(code({ kind: 'os', task: 'Count.', place: 7 }), 'task.place');
  });
});
