import assert from 'node:assert/strict';
import { gpt, human, parseDialogue } from '../../src/agent/conversation';
import { databaseTask } from '../../src/agent/tasks/database';
import { osTask } from '../../src/agent/tasks/os';
import { trainedPromptOf, withTrainedPrompt } from '../../src/agent/trainedPrompt';
import { agentInstructLines } from '../sharedData';

const task = 'Now, I will start a new problem in a new OS. My problem is:\n\n';
const osRow = {
  id: 'os_3',
  conversations: [
    human('Instruction.\n\nNow, my problem is:\n\nThe example.'),
    gpt('Think: A.\n\nAct: bash\n\n```bash\nls\n```', { loss: false }),
    human('The output of the OS:\n\na'),
    gpt('Think: B.\n\nAct: answer(1)', { loss: false }),
    human(`${task}How many?`),
    gpt('Think: C.\n\nAct: answer(2)', { loss: true }),
  ],
};

describe('The trained prompt', () => {
  it('is what a row of the os split says before its own problem', () => {
    const prompt = trainedPromptOf(osRow, 'os');
    assert.ok(prompt);
    assert.deepEqual(prompt.turns, osRow.conversations.slice(0, 4));
    assert.deepEqual(withTrainedPrompt(osTask, prompt).opening('How many?'), osRow.conversations.slice(0, 5));
  });

  it('is in no row of another task, and in none where the example is learnt', () => {
    assert.equal(trainedPromptOf(osRow, 'db'), undefined);
    const learnt = osRow.conversations.map((turn) => (turn.from === 'gpt' ? { ...turn, loss: true } : turn));
    assert.equal(trainedPromptOf({ id: 'os_4', conversations: learnt }, 'os'), undefined);
    assert.equal(trainedPromptOf({ id: 'os_5', conversations: [] }, 'os'), undefined);
  });

  it('gives for each published row of the db split exactly its own first turns', function () {
    const rows = agentInstructLines(this).map(parseDialogue);
    const [first] = rows;
    assert.ok(first);
    const prompt = trainedPromptOf(first, 'db');
    assert.ok(prompt);
    let worded = 0;
    for (const { id, conversations } of rows) {
      assert.deepEqual(prompt.turns, conversations.slice(0, 2), id);
      const [question = '', sentence = ''] = conversations[2]?.value.split(/\n(?=[^\n]*$)/) ?? [];
      const tables = tablesOf(sentence);
      // Some rows describe their tables in words of their own.
      if (tables.length === 0) continue;
      worded++;
      const opened = withTrainedPrompt(databaseTask(tables), prompt).opening(question);
      assert.deepEqual(opened, conversations.slice(0, 3), id);
    }
    assert.ok(worded > 100, String(worded));
  });
});

/** The tables that the last sentence of a task names. */
function tablesOf(sentence: string): { name: string; columns: string[] }[] {
  return [
    ...sentence.matchAll(
      /[Tt]he name of (?:this|the \w+) table is (.*?), and the headers of this table are (.*?)\.(?= The name|$)/g,
    ),
  ].map(([, name = '', columns = '']) => ({ name, columns: columns.split(',') }));
}
