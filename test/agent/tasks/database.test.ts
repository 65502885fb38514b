import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDialogue } from '../../../src/agent/conversation';
import { databaseTask } from '../../../src/agent/tasks/database';
import { grammarCases } from '../../grammarCases';
import { agentInstructLines, sharedText } from '../../sharedData';

const task = databaseTask([{ name: 't', columns: ['a', 'b'] }]);
const sql = (text: string) => ({ kind: 'sql', text });
const answer = (text: string, ...values: string[]) => ({ kind: 'answer', text, answer: values });

function actionOf(reply: string): unknown {
  const parsed = task.parse(reply);
  return 'problem' in parsed ? parsed.problem.code : parsed.action;
}

describe('Database task: reading a reply', () => {
  for (const [what, reply, expected] of [
    ['a statement', 'I count.\nAction: Operation\n```sql\nSELECT 1;\n```', sql('SELECT 1;')],
    ['an answer', 'So:\nAction: Answer\nFinal Answer: ["a", "b"]', answer('["a", "b"]', 'a', 'b')],
    [
      'numbers as they were spelled',
      'Action: Answer\nFinal Answer: [1.0, -4.5e3, 007]',
      answer('[1.0, -4.5e3, 007]', '1.0', '-4.5e3', '007'),
    ],
    ['names of values', 'Action: Answer\nFinal Answer: [None, true]', answer('[None, true]', 'None', 'true')],
    [
      'escapes',
      String.raw`Action: Answer` + '\n' + String.raw`Final Answer: ["a\"b", 'c\'d', "\u00e9\n"]`,
      answer(String.raw`["a\"b", 'c\'d', "\u00e9\n"]`, 'a"b', "c'd", 'é\n'),
    ],
    [
      'a quote that was not escaped',
      `Action: Answer\nFinal Answer: ['it's', "x"]`,
      answer(`['it's', "x"]`, "it's", 'x'),
    ],
    [
      'commas inside values',
      'Action: Answer\nFinal Answer: ["a, b", (1, 2)]',
      answer('["a, b", (1, 2)]', 'a, b', '(1, 2)'),
    ],
    ['an empty list', 'Action: Answer\nFinal Answer: []', answer('[]')],
    ['an answer that is no list', 'Action: Answer\nFinal Answer: 42', answer('42', '42')],
    ['a line break in a statement', 'Action: Operation\n```sql\nSELECT a\n  FROM t\n```', sql('SELECT a FROM t')],
    ['a line comment', 'Action: Operation\n```sql\nSELECT a -- all\nFROM t\n```', sql('SELECT a -- all\nFROM t')],
    [
      'the first action',
      'Action: Operation\n```sql\nSELECT 1\n```\nAction: Answer\nFinal Answer: [1]',
      sql('SELECT 1'),
    ],
    ['the first block', 'Action: Operation\n```sql\nSELECT 1\n```\n```sql\nSELECT 2\n```', sql('SELECT 1')],
    ['a block before the action', '```sql\nSELECT 1\n```\nAction: Operation', sql('SELECT 1')],
    ['Windows line ends', 'x\r\nAction: Operation\r\n```sql\r\nSELECT 1\r\n```', sql('SELECT 1')],
    ['another case', 'action: operation\n```SQL\nSELECT 1\n```', sql('SELECT 1')],
    ['a blank line before the answer', 'Action: Answer\n\nFinal Answer: [1]', answer('[1]', '1')],
    ['nothing', '', 'empty'],
    ['a statement without an action', '```sql\nSELECT 1\n```', 'no-action'],
    ['an unknown action', 'Action: Dance', 'unknown-action'],
    ['no block', 'Action: Operation\nSELECT 1;', 'no-block'],
    ['an open block', 'Action: Operation\n```sql\nSELECT 1;', 'open-block'],
    ['an empty block', 'Action: Operation\n```sql\n```', 'empty-block'],
    ['no answer', 'Action: Answer\n["a"]', 'no-answer'],
  ] as const) {
    it(`reads ${what}`, () => assert.deepEqual(actionOf(reply), expected));
  }

  it('never throws, whatever it is given', () => {
    const scraps = [
      'Action: ',
      'Operation',
      'Answer',
      'Final Answer: ',
      '[',
      ']',
      '"',
      "'",
      '\\',
      ',',
      '```sql',
      '```',
      '\n',
      'x',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...scraps), { maxLength: 30 }), (parts) => {
        const parsed = task.parse(parts.join(''));
        assert.ok('action' in parsed || parsed.problem.sentence !== '');
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back what it composes', () => {
    const statement = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).map((text) => text.replace(/`/g, '').trim());
    fc.assert(
      fc.property(
        statement.filter((text) => text !== ''),
        (text) => assert.deepEqual(actionOf(task.compose('Because.', { kind: 'sql', text })), sql(text)),
      ),
    );
  });

  it('reads every reply that AgentInstruct teaches', function () {
    const unread: string[] = [];
    for (const line of agentInstructLines(this)) {
      const { id, conversations } = parseDialogue(line);
      for (const [index, { loss, value }] of conversations.entries()) {
        if (loss === true && 'problem' in task.parse(value)) unread.push(`${id}[${index}]`);
      }
    }
    assert.deepEqual(unread, []);
  });
});

describe('Database task: where a streamed action ends', () => {
  for (const [reply, kept] of [
    ['x\nAction: Operation\n```sql\nSELECT 1\n```', 'x\nAction: Operation\n```sql\nSELECT 1\n```'],
    ['x\nAction: Operation\n```sql\nSELECT 1\n``', undefined],
    ['Action: Answer\nFinal Answer: [1]', undefined],
    ['Action: Answer\nFinal Answer: [1] \nx', 'Action: Answer\nFinal Answer: [1]'],
    ['Action: Answer\n', undefined],
  ] as const) {
    it(`in ${JSON.stringify(reply)}`, () => {
      const end = task.actionEnd(reply);
      assert.equal(end === undefined ? undefined : reply.slice(0, end), kept);
    });
  }

  it('lies where the grammar ends, for every reply of the grammar', () => {
    for (const reply of grammarCases.dbOK) {
      assert.equal(task.actionEnd(`${reply.trimEnd()}\nmore`), reply.trimEnd().length, reply);
    }
  });
});

describe('Database task: grammar', () => {
  const regex = new RegExp(`^(?:${task.grammar.regex})$`, 'u');
  for (const reply of grammarCases.dbOK) {
    it(`admits ${JSON.stringify(reply)}, and the parser reads it`, () => {
      assert.match(reply, regex);
      assert.ok('action' in task.parse(reply));
    });
  }
  for (const reply of grammarCases.dbBad) {
    it(`refuses ${JSON.stringify(reply)}`, () => assert.doesNotMatch(reply, regex));
  }

  it('is the one that was measured against the engines', function () {
    assert.equal(
      task.grammar.regex,
      (JSON.parse(sharedText(this, 'serving/grammars/regexes.json')) as { db: string }).db,
    );
    assert.equal(task.grammar.gbnf, sharedText(this, 'serving/grammars/db.gbnf'));
  });
});

describe('Database task: what the model reads', () => {
  const execution = { exitCode: null, cwd: null, omittedBytes: 0 };

  it('is the raw reply, 800 characters of it', () => {
    assert.deepEqual(task.observe({ ...execution, output: '[(1,)]' }), { text: '[(1,)]', truncated: false });
    assert.deepEqual(task.observe({ ...execution, output: 'é'.repeat(801) }), {
      text: `${'é'.repeat(800)}[TRUNCATED]`,
      truncated: true,
    });
  });

  it('begins with instruction, primer and question', () => {
    const turns = task.opening('How many?');
    assert.deepEqual(
      turns.map(({ from, loss }) => [from, loss]),
      [
        ['human', null],
        ['gpt', false],
        ['human', null],
      ],
    );
    assert.equal(turns[1]?.value, 'Ok.');
    assert.equal(turns[2]?.value, 'How many?\nThe name of this table is t, and the headers of this table are a,b.');
  });
});
