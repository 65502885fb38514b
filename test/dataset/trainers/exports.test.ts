import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gpt, human, parseDialogue, type Turn } from '../../../src/agent/conversation';
import { exportNames, type ExportName } from '../../../src/agent/trainingExport';
import { Exporter, exportFormat, type ExportOptions } from '../../../src/dataset/exports';
import type { About, Row } from '../../../src/dataset/row';
import { learntTokens, type Refusal } from '../../../src/dataset/trainers/reading';
import { agentInstructLines } from '../../sharedData';
import { changed, osTurns, rowOf } from '../rows';

/** A token a word is what a test can count by hand. */
const options: ExportOptions = { maxTokens: 400, countTokens: (text) => text.split(/\s+/).length, learnGiven: false };
const long = 'many words '.repeat(400);

/** FastChat has no mask: without the opening, a row has nothing that is not learnt. */
const learntAll: readonly Turn[] = osTurns.filter((_, index) => index > 1).map((turn) => ({ ...turn }));

type Bad = readonly [what: string, turns: readonly Turn[], code: Refusal['code'], about?: About];

const unsound = (turns: readonly Turn[]): Bad[] => {
  const last = turns.length - 1;
  return [
    ['has no turns', [], 'nothing-learnt'],
    ['is one question', turns.slice(0, 1), 'nothing-learnt'],
    ['begins with a reply', turns.slice(1), 'roles'],
    ['has two questions in a row', [human('Hello.'), ...turns], 'roles'],
    ['has two replies in a row', [...turns, gpt('And more.', { loss: true })], 'roles'],
    ['teaches nothing', turns.map((turn) => ({ ...turn, loss: turn.from === 'gpt' ? false : null })), 'nothing-learnt'],
    ['has an empty reply', changed(turns, last, { value: '' }), 'empty-turn'],
    ['has a reply of blanks', changed(turns, last, { value: ' \n' }), 'empty-turn'],
    ['has an empty question', changed(turns, 0, { value: '' }), 'empty-turn'],
    ['does not say what is learnt', changed(turns, last, { loss: null }), 'loss'],
    ['would have a question learnt', changed(turns, 0, { loss: true }), 'loss'],
    ['would have a question masked', changed(turns, 0, { loss: false }), 'loss'],
    ['ends in half a character', changed(turns, last, { value: 'x \ud83d' }), 'encoding'],
    ['asks half a character', changed(turns, 0, { value: 'x \udc00' }), 'encoding'],
    ['is too long in its question', changed(turns, 0, { value: long }), 'cut-off'],
    ['is too long in its last reply', changed(turns, last, { value: long }), 'cut-off'],
  ];
};

const holds = (turns: readonly Turn[], markers: readonly string[]): Bad[] =>
  markers.flatMap((marker, index): Bad[] => {
    const turn = index % 2 === 0 ? turns.length - 1 : turns.length - 2;
    return [
      [`holds ${marker} in turn ${turn}`, changed(turns, turn, { value: `It says ${marker} here.` }), 'separator'],
    ];
  });

const llama = ['</s>', '<s>', '[INST]', '[/INST]', '<<SYS>>', '<</SYS>>'];
const ending: readonly Turn[] = [...osTurns, human('The output of the OS is empty.')];
const givenEnd = [...osTurns, human('More?'), gpt('No.', { loss: false })];

const bad: Readonly<Record<ExportName, readonly Bad[]>> = {
  'agentinstruct-jsonl': [
    ...unsound(osTurns),
    ...holds(osTurns, llama),
    ['ends with a question', ending, 'roles'],
    ['ends with a given reply', givenEnd, 'last-not-learnt'],
  ],
  'agentinstruct-json': [
    ...unsound(osTurns),
    ...holds(osTurns, llama),
    ['ends with a question', ending, 'roles'],
    ['ends with a given reply', givenEnd, 'last-not-learnt'],
  ],
  'agentinstruct-parquet': [
    ...unsound(osTurns),
    ...holds(osTurns, llama),
    ['ends with a question', ending, 'roles'],
    ['ends with a given reply', givenEnd, 'last-not-learnt'],
  ],
  fastchat: [
    ...unsound(learntAll),
    ...holds(learntAll, ['</s>', ' ASSISTANT: ', '<s>', '<unk>']),
    ['holds a separator in its first question', changed(learntAll, 0, { value: 'a ASSISTANT: b' }), 'separator'],
    ['ends with a question', [...learntAll, human('More?')], 'roles'],
    ['has a reply of the run that is not to be learnt', changed(osTurns, 3, { loss: false }), 'mask'],
    ['has a last reply that is given', givenEnd, 'mask'],
  ],
  'llama-factory': [
    ...unsound(osTurns).filter(([, , code]) => code !== 'roles'),
    ...holds(osTurns, [...llama, '<image>', '<video>', '<audio>']),
    ['begins with a reply', osTurns.slice(1), 'roles'],
    ['has two questions in a row', [human('Hello.'), ...osTurns], 'roles'],
  ],
  axolotl: [
    ...unsound(osTurns),
    ...holds(osTurns, llama),
    ['ends with a question', ending, 'roles'],
    ['ends with a given reply', givenEnd, 'last-not-learnt'],
    ['ends like the dummy message', changed(osTurns, 5, { value: 'Final Answer: [[1, 2]]' }), 'mask'],
    ['begins like the dummy message', changed(osTurns, 3, { value: '[[1]] it is' }), 'mask'],
  ],
  openai: [
    ...unsound(osTurns),
    ...holds(osTurns, ['<|im_start|>', '<|im_end|>', '<|endoftext|>', '<|start|>', '<|channel|>']),
    ['ends with a question', ending, 'roles'],
    ['ends with a given reply', givenEnd, 'last-not-learnt'],
  ],
  kto: [
    ...unsound(osTurns).filter(([, , code]) => code !== 'roles'),
    ...holds(osTurns, llama),
    ['begins with a reply', osTurns.slice(1), 'roles'],
    ['has two questions in a row', [human('Hello.'), ...osTurns], 'roles'],
    ['had an empty reply corrected', osTurns, 'empty-turn', { corrections: [{ turn: 5, original: ' ' }] }],
    ['had a reply with a marker corrected', osTurns, 'separator', { corrections: [{ turn: 5, original: 'a </s> b' }] }],
  ],
  dpo: [
    ...unsound(osTurns)
      .filter(([, , code]) => code !== 'roles')
      .map(([what, turns, code]): Bad => [
        what,
        turns,
        code,
        { corrections: [{ turn: turns.length - 1, original: 'No.' }] },
      ]),
    ...holds(osTurns, llama).map(([what, turns, code]): Bad => [
      what,
      turns,
      code,
      { corrections: [{ turn: 5, original: 'No.' }] },
    ]),
    [
      'was corrected to what it was',
      osTurns,
      'same-answer',
      { corrections: [{ turn: 5, original: osTurns[5]?.value ?? '' }] },
    ],
    ['had an empty reply corrected', osTurns, 'empty-turn', { corrections: [{ turn: 5, original: '' }] }],
    ['had too long a reply corrected', osTurns, 'cut-off', { corrections: [{ turn: 5, original: long }] }],
    ['has nothing to compare', osTurns, 'no-pair'],
  ],
};

function refusalOf(name: ExportName, row: Row): Refusal | undefined {
  const exporter = new Exporter(name, options);
  const [exported] = [...exporter.add(row), ...exporter.end()];
  return exported && 'refused' in exported ? exported.refused : undefined;
}

for (const name of exportNames) {
  describe(`An export to ${name}`, () => {
    it('knows twenty rows and more that its trainer would misread', () => {
      assert.ok((bad[name]?.length ?? 0) >= 20, `${bad[name]?.length}`);
    });

    for (const [what, turns, code, about] of bad[name] ?? []) {
      it(`refuses a row that ${what}: ${code}`, () => {
        const refusal = refusalOf(name, rowOf(turns, about));
        assert.equal(refusal?.code, code, refusal?.detail);
        assert.match(refusal.detail, /^[A-Z].*\.$/s);
      });
    }

    it('writes only what its trainer learns as it was meant, whatever was said', () => {
      const words = fc.oneof(
        fc.constantFrom(
          'a',
          '</s>',
          ' ASSISTANT: ',
          '[INST]',
          '[[',
          ']]',
          '<unk>',
          '',
          ' ',
          '\n',
          'USER: ',
          '<image>',
          '\ud800',
          'ä',
        ),
        fc.string({ unit: 'binary', maxLength: 8 }),
      );
      const value = fc.array(words, { maxLength: 6 }).map((parts) => parts.join(''));
      const turn = fc.record({
        from: fc.constantFrom('human' as const, 'gpt' as const),
        loss: fc.constantFrom(null, true, false),
        value,
      });
      const turns = fc.oneof(
        fc.array(turn, { maxLength: 6 }),
        fc
          .array(fc.tuple(value, value, fc.boolean()), { minLength: 1, maxLength: 3 })
          .map((pairs) => pairs.flatMap(([asked, said, loss]) => [human(asked), gpt(said, { loss })])),
      );
      fc.assert(
        fc.property(turns, value, (conversation, original) => {
          const exporter = new Exporter(name, options);
          const row = rowOf(conversation, { corrections: [{ turn: conversation.length - 1, original }] });
          const format = exportFormat(name, options);
          for (const exported of [...exporter.add(row), ...exporter.end()]) {
            if ('refused' in exported) continue;
            for (const example of exported.values) {
              const reading = format.read(JSON.parse(JSON.stringify(example)), options);
              assert.ok('stretches' in reading);
              assert.ok(reading.stretches.some(({ learnt }) => learnt));
            }
          }
        }),
      );
    });
  });
}

describe('What a trainer learns', () => {
  const learntOf = (name: ExportName, turns: readonly Turn[], about?: About, learnGiven = false): string[][] => {
    const exporter = new Exporter(name, { ...options, learnGiven });
    const format = exportFormat(name, { learnGiven });
    return [...exporter.add(rowOf(turns, about)), ...exporter.end()].flatMap((exported) => {
      assert.ok('values' in exported);
      return exported.values.map((value) => {
        const reading = format.read(value, options);
        assert.ok('stretches' in reading);
        return reading.stretches.filter(({ learnt, turn }) => learnt && turn !== null).map(({ text }) => text);
      });
    });
  };
  const [first = '', second = ''] = osTurns.filter(({ loss }) => loss === true).map(({ value }) => value);

  it('is each reply with loss, for trainers with a mask for each', () => {
    for (const name of ['agentinstruct-jsonl', 'axolotl', 'openai'] as const) {
      assert.deepEqual(learntOf(name, osTurns), [[first, second]], name);
    }
  });

  it('is the last reply of each of several examples, for LLaMA-Factory and KTO', () => {
    for (const name of ['llama-factory', 'kto'] as const)
      assert.deepEqual(learntOf(name, osTurns), [[first], [second]], name);
  });

  it('is every reply, for FastChat: those of the opening too, others only where its user allowed it', () => {
    assert.deepEqual(learntOf('fastchat', osTurns), [['Ok.', first, second]]);
    const given = changed(osTurns, 3, { loss: false });
    assert.deepEqual(learntOf('fastchat', given, undefined, true), [['Ok.', first, second]]);
  });

  it('can be shown token by token', () => {
    const format = exportFormat('axolotl', options);
    const [example] = format.examples(rowOf(osTurns)) as readonly { value: unknown }[];
    const reading = format.read(example?.value, options);
    assert.ok('stretches' in reading);
    const tokens = learntTokens(reading.stretches, (text) => text.match(/\s*\S+|\s+$/g) ?? []);
    assert.equal(tokens.map(({ text }) => text).join(''), reading.stretches.map(({ text }) => text).join(''));
    assert.deepEqual(
      tokens.filter(({ learnt, turn }) => learnt && turn === 5).map(({ text }) => text),
      ['Think:', ' There', ' are', ' three.', '\n\nAct:', ' answer(3)'],
    );
  });

  it('is, for DPO, the accepted of two runs before the rejected one, where they part', () => {
    const exporter = new Exporter('dpo', options);
    const worse = changed(osTurns, 3, { value: 'Think: I guess.\n\nAct: answer(7)' }).slice(0, 4);
    assert.deepEqual(exporter.add(rowOf(osTurns, { verdict: 'accepted' }, 'recorded', 'os_a')), []);
    const pair = exporter.add(rowOf(worse, { verdict: 'rejected' }, 'recorded', 'os_b'));
    const values = pair.flatMap((exported) => ('values' in exported ? exported.values : []));
    assert.equal(values.length, 1);
    const [{ prompt, chosen, rejected }] = values as [{ prompt: unknown[]; chosen: unknown; rejected: unknown }];
    assert.equal(prompt.length, 3);
    assert.deepEqual(chosen, [{ role: 'assistant', content: first }]);
    assert.deepEqual(rejected, [{ role: 'assistant', content: worse[3]?.value }]);
    assert.deepEqual(exporter.end(), []);
  });

  it('is, for KTO, nothing of a rejected run but that its end was wrong', () => {
    const exporter = new Exporter('kto', options);
    const [exported] = exporter.add(rowOf(osTurns, { verdict: 'rejected' }, 'recorded'));
    assert.ok(exported && 'values' in exported);
    assert.deepEqual(
      (exported.values as { label: boolean }[]).map(({ label }) => label),
      [false],
    );
  });

  it('needs a verdict for KTO', () => {
    assert.equal(refusalOf('kto', rowOf(osTurns, {}, 'recorded'))?.code, 'no-verdict');
  });

  it('is what is meant in every row of the published data', function () {
    const rows = agentInstructLines(this).map((line) =>
      rowOf(parseDialogue(line).conversations, {}, 'agentinstruct', parseDialogue(line).id),
    );
    for (const name of exportNames) {
      const exporter = new Exporter(name, { ...options, maxTokens: 4096, learnGiven: true });
      const refused = [...rows.flatMap((row) => exporter.add(row)), ...exporter.end()].filter(
        (exported) => 'refused' in exported,
      );
      assert.equal(refused.length, name === 'dpo' ? rows.length : 0, name);
    }
  });
});
