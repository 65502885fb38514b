import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/agent/errors';
import { builtinCheck } from '../../../src/runtime/evaluation/builtinChecks';
import { lineOf } from '../../../src/runtime/evaluation/jsonPlace';
import { digestOf, inWords, kindOfSuite, readSuite } from '../../../src/runtime/evaluation/readSuite';
import type { DatabaseProblem, OsProblem } from '../../../src/runtime/evaluation/suite';
import { sharedText } from '../../sharedData';

const table = (name = 't', rows: unknown[] = [['1', 'x']]) => ({
  table_name: name,
  table_info: {
    columns: [
      { name: 'a', type: 'INT' },
      { name: 'b', type: 'TEXT' },
    ],
    rows,
  },
});

describe('A suite', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-suite-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, content: unknown): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    return file;
  };
  const read = async (kind: 'os' | 'db', name: string, content: unknown, scripts?: string) => {
    const { problems, faults } = await readSuite({ kind, place: write(name, content), scripts });
    return { problems, faults: faults.map((fault) => inWords(fault).replace(`${folder}/`, '')) };
  };

  it('of AgentBench gives the machine, the start and the judge of an OS task', async () => {
    write('scripts/check/0.sh', 'exit 0');
    const { problems } = await read('os', 'data.json', [
      {
        description: 'How many?',
        create: { image: 'local-os/packages', init: [{ code: 'touch /a' }, 'touch /b'] },
        start: 'sleep 100 &',
        evaluation: {
          check: [null, { language: 'python', file: 'check/integer-match.py' }, { file: 'check/0.sh' }],
          example: 'ls | wc -l',
        },
        labels: ['file', 'command'],
      },
      { description: 'What?', evaluation: { match: { answer: ' x', strip: false } } },
      { description: 'Which?', evaluation: { match: { regex: '^[0-9]+$' } }, create: [null] },
    ]);
    const bash = (code: string) => ({ language: 'bash', code }) as const;
    const none = { image: undefined, init: [], start: undefined, reference: undefined };
    assert.deepEqual(problems, [
      {
        kind: 'os',
        id: 'data-0',
        category: 'file',
        text: 'How many?',
        image: 'local-os/packages',
        init: [bash('touch /a'), bash('touch /b')],
        start: 'sleep 100 &',
        check: { kind: 'scripts', scripts: [null, { builtin: 'integer-match.py' }, bash('exit 0')] },
        reference: bash('ls | wc -l'),
      },
      {
        kind: 'os',
        id: 'data-1',
        category: 'data',
        text: 'What?',
        ...none,
        check: { kind: 'match', answer: ' x', strip: false },
      },
      {
        kind: 'os',
        id: 'data-2',
        category: 'data',
        text: 'Which?',
        ...none,
        check: { kind: 'regex', pattern: '^[0-9]+$' },
      },
    ] satisfies OsProblem[]);
  });

  it('of AgentBench is read as it is published: scripts/1 beside data/1, ids by folder and file', async () => {
    write('scripts/1/check/0.sh', 'echo one');
    write('scripts/2/check/0.sh', 'echo two');
    const task = { description: 'Do.', evaluation: { check: { file: 'check/0.sh' } } };
    write('data/1/stock.json', [task]);
    write('data/2/environment.json', [task]);
    const { problems } = await readSuite({ kind: 'os', place: path.join(folder, 'data') });
    assert.deepEqual(
      problems.map((problem) => [problem.id, problem.kind === 'os' && problem.check]),
      ['1/stock-0', '2/environment-0'].map((id, index) => [
        id,
        { kind: 'scripts', scripts: [{ language: 'bash', code: `echo ${['one', 'two'][index]}` }] },
      ]),
    );
  });

  it('of DBBench gives tables of text, the sentence about them, and what is right', async () => {
    const md5 = '09aa8fbf72f39362970f95a1276b957c';
    const lines = [
      {
        description: 'Q?',
        add_description: 'S.',
        type: ['other'],
        table: table(),
        label: ['1', 2],
        sql: { query: 'SELECT 1' },
      },
      {
        description: 'I.',
        type: ['INSERT'],
        table: [table('t', [[1, null]]), table('u')],
        label: ['INSERT …'],
        answer_md5: `[('${md5}',)]`,
      },
    ];
    const { problems } = await read('db', 'x.jsonl', lines.map((line) => JSON.stringify(line)).join('\n\n'));
    const t = { name: 't', columns: ['a', 'b'] };
    assert.deepEqual(problems, [
      {
        kind: 'db',
        id: 'x-0',
        category: 'other',
        text: 'Q?',
        tableSentence: 'S.',
        tables: [{ ...t, rows: [['1', 'x']] }],
        script: undefined,
        check: { kind: 'answer', values: ['1', '2'] },
        reference: 'SELECT 1',
      },
      {
        kind: 'db',
        id: 'x-1',
        category: 'INSERT',
        text: 'I.',
        tableSentence: undefined,
        tables: [
          { ...t, rows: [['1', 'None']] },
          { ...t, name: 'u', rows: [['1', 'x']] },
        ],
        script: undefined,
        check: { kind: 'hash', md5 },
        reference: 'INSERT …',
      },
    ] satisfies DatabaseProblem[]);
  });

  it('of one’s own is read, with all its checks', async () => {
    const os = await read('os', 'mine.agentlm-suite.json', {
      $schema: '…',
      name: 'mine',
      kind: 'os',
      tasks: [
        { task: 'A', check: { match: 'x' } },
        { id: 'b', category: 'c', task: 'B', check: { regex: 'x+' }, setup: { init: 'true', start: 'cd /tmp' } },
        { task: 'C', check: { scripts: ['true', null] }, reference: { code: 'echo 1' } },
      ],
    });
    assert.deepEqual(os.faults, []);
    assert.deepEqual(
      os.problems.map(({ id, category, check }) => [id, category, check.kind]),
      [
        ['mine-0', 'other', 'match'],
        ['b', 'c', 'regex'],
        ['mine-2', 'other', 'scripts'],
      ],
    );
    const setup = { tables: [{ name: 't', columns: ['a'], rows: [['x'], [null], [3]] }] };
    const db = await read('db', 'shop.agentlm-suite.json', {
      kind: 'db',
      tasks: [
        { task: 'A', setup, check: { answer: ['x'] } },
        { task: 'B', setup: { sql: 'CREATE TABLE u (a)' }, check: { query: { sql: 'SELECT 1', rows: [[1]] } } },
        { task: 'C', setup, check: { tableHash: 'reference' }, reference: 'DELETE FROM t' },
        { task: 'D', setup, check: { tableHash: '0'.repeat(32) } },
      ],
    });
    assert.deepEqual(db.faults, []);
    assert.deepEqual(
      db.problems.map(({ check }) => check.kind),
      ['answer', 'query', 'hash', 'hash'],
    );
  });

  it('names what cannot be read by file, line and key, and keeps the rest', async () => {
    const good = { description: 'Good.', evaluation: { match: '1' } };
    const { problems, faults } = await read('os', 'bad.json', [
      good,
      { evaluation: { match: '1' } },
      { description: 'No check.', evaluation: {} },
      { description: 'No script.', evaluation: { check: { file: 'check/9.sh' } } },
      { description: 'Out.', evaluation: { check: { file: '../../etc/passwd' } } },
      { description: 'Ruby.', evaluation: { check: { language: 'ruby', code: '1' } } },
      { description: 'Example?', evaluation: { check: [null] } },
      { description: 'Regex.', evaluation: { match: { regex: '(' } } },
      'task',
    ]);
    assert.deepEqual(
      problems.map(({ id }) => id),
      ['bad-0'],
    );
    assert.deepEqual(
      faults.map((fault) => fault.replace(folder, 'DIR').replace(/ \(.*\)/, '')),
      [
        'bad.json:8: [1].description is missing.',
        'bad.json:15: [2].evaluation has neither match nor check.',
        'bad.json:21: [3].evaluation.check.file is check/9.sh, which cannot be read in DIR.',
        'bad.json:29: [4].evaluation.check.file leads out of the scripts folder DIR.',
        'bad.json:37: [5].evaluation.check.language is not one of bash, python, c, c++.',
        'bad.json:45: [6].evaluation.check refers to the example, which is missing.',
        'bad.json:54: [7].evaluation.match.regex is not a regular expression.',
        'bad.json:58: [8] is not an object.',
      ],
    );
  });

  it('names a broken line of a JSONL file, and keys that it does not know', async () => {
    const good = JSON.stringify({ description: 'Q?', type: ['other'], table: table(), label: ['1'] });
    const short = JSON.stringify({ description: 'Q?', type: ['other'], table: table('t', [['1']]), label: ['1'] });
    const broken = await read('db', 'x.jsonl', `${good}\n{"description": \n${short}\n`);
    assert.equal(broken.problems.length, 1);
    assert.match(broken.faults[0] ?? '', /^x\.jsonl:2: This is not JSON/);
    assert.equal(broken.faults[1], 'x.jsonl:3: table.table_info.rows[0] has 1 values for 2 columns.');
    const own = await read('os', 'own.agentlm-suite.json', {
      kind: 'os',
      tasks: [
        { task: 'A', check: { match: 'x' } },
        { task: 'B', chek: {} },
      ],
    });
    assert.deepEqual(own.faults, [
      'own.agentlm-suite.json:12: tasks[1].chek is not known here; known are id, category, task, setup, check, reference.',
    ]);
  });

  it('without any task says so, and why', async () => {
    const fails = async (kind: 'os' | 'db', name: string, content: unknown, message: RegExp) =>
      assert.rejects(read(kind, name, content), (error) => UserError.is(error) && message.test(error.message));
    await fails('os', 'empty.json', [], /There is no task to run in .*empty\.json/);
    await fails('os', 'broken.json', '[{"a": 1},\n oops]', /broken\.json:2: This is not JSON/);
    await fails('os', 'x.agentlm-suite.json', { kind: 'db', tasks: [] }, /kind is db: run it with "agentlm eval db"/);
    await assert.rejects(readSuite({ kind: 'os', place: path.join(folder, 'none') }), { code: 'evaluation.noSuite' });
  });

  it('says where each of its tasks stands', async () => {
    const task = { description: 'A', evaluation: { match: '1' } };
    const linesIn = async (kind: 'os' | 'db', file: string) =>
      (await readSuite({ kind, place: file })).places.map((place) => [path.basename(place.file), place.line]);
    assert.deepEqual(await linesIn('os', write('a.json', [task, { description: 1 }, task])), [
      ['a.json', 2],
      ['a.json', 11],
    ]);
    const own = {
      kind: 'os',
      tasks: [
        { task: 'A', check: { match: '1' } },
        { task: 'B', check: { match: '2' } },
      ],
    };
    assert.deepEqual(await linesIn('os', write('b.agentlm-suite.json', own)), [
      ['b.agentlm-suite.json', 4],
      ['b.agentlm-suite.json', 10],
    ]);
    const row = JSON.stringify({
      description: 'Q',
      add_description: 'S',
      type: ['other'],
      label: ['1'],
      table: table(),
    });
    assert.deepEqual(await linesIn('db', write('c.jsonl', `${row}\n\n${row}\n`)), [
      ['c.jsonl', 1],
      ['c.jsonl', 3],
    ]);
  });

  it('is known by its file to be of the OS or of a database', async () => {
    assert.equal(await kindOfSuite('dev.json'), 'os');
    assert.equal(await kindOfSuite('dev.jsonl'), 'db');
    assert.equal(await kindOfSuite(write('d.agentlm-suite.json', { kind: 'db', tasks: [] })), 'db');
    await assert.rejects(kindOfSuite(write('e.agentlm-suite.json', '{')), { code: 'evaluation.noSuite' });
  });

  it('has a digest of what decides its results', async () => {
    const task = { description: 'A', evaluation: { match: '1' } };
    const digest = async (content: unknown) =>
      digestOf(await readSuite({ kind: 'os', place: write('d.json', content) }));
    assert.equal(await digest([task]), await digest([{ ...task, comment: 'x' }]));
    assert.notEqual(await digest([task]), await digest([{ ...task, evaluation: { match: '2' } }]));
  });

  it('gives a folder or a database to its tasks, and has another digest when that changes', async () => {
    const os = { kind: 'os', folder: 'work', tasks: [{ task: 'Do', check: { match: '1' } }] };
    const db = { kind: 'db', database: 'a.csv', tasks: [{ task: 'Ask', check: { match: '1' } }] };
    write('work/a.txt', 'one');
    write('a.csv', 'x\n1\n');
    const real = realpathSync(folder);
    const digests: string[] = [];
    for (const content of ['one', 'two']) {
      write('work/a.txt', content);
      const suite = await readSuite({ kind: 'os', place: write('o.agentlm-suite.json', os) });
      const [problem] = suite.problems;
      assert.ok(problem?.kind === 'os');
      assert.equal(problem.folder, path.join(real, 'work'));
      digests.push(await digestOf(suite));
    }
    assert.notEqual(digests[0], digests[1]);
    const { problems } = await read('db', 'd.agentlm-suite.json', db);
    const [asked] = problems;
    assert.ok(asked?.kind === 'db');
    assert.deepEqual([asked.database, asked.tables], [path.join(real, 'a.csv'), []]);
  });

  it('gives nothing that lies elsewhere, whatever way leads there', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'agentlm-test-outside-'));
    try {
      symlinkSync(outside, path.join(folder, 'link'));
      const tasks = [{ task: 'Do', check: { match: '1' } }];
      for (const [given, words] of [
        ['..', 'leads out of the folder of the suite'],
        [outside, 'leads out of the folder of the suite'],
        ['link', 'leads out of the folder of the suite'],
        ['nowhere', 'is nowhere, which does not exist beside the suite'],
      ] as const) {
        const place = write('o.agentlm-suite.json', { kind: 'os', folder: given, tasks });
        await assert.rejects(readSuite({ kind: 'os', place }), (error: Error) => error.message.includes(words));
      }
      const place = write('o.agentlm-suite.json', { kind: 'os', database: 'a.csv', tasks });
      await assert.rejects(readSuite({ kind: 'os', place }), /database does not go with tasks of the kind os/);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it('is the published one: 26 OS tasks and 60 of DBBench', async function () {
    sharedText(this, 'agentbench/db/dev.jsonl');
    const data = path.resolve('../shared/data/agentbench');
    const scripts = 'test/runtime/evaluation/scripts';
    const os = await readSuite({ kind: 'os', place: path.join(data, 'os/dev.json'), scripts });
    assert.deepEqual([os.problems.length, os.faults], [26, []]);
    const db = await readSuite({ kind: 'db', place: path.join(data, 'db/dev.jsonl') });
    assert.deepEqual([db.problems.length, db.faults], [60, []]);
    const without = await readSuite({ kind: 'os', place: path.join(data, 'os/dev.json') });
    assert.deepEqual(
      without.faults.map(({ sentence }) => sentence.replace(/, which .*/, '')),
      [
        '[3].evaluation.example.file is example/0.sh',
        '[5].evaluation.example.file is example/0.sh',
        '[25].create.init.file is init/stock-log.sh',
      ],
    );
  });
});

describe('The schema of own suites', () => {
  it('knows the keys that the reader knows', () => {
    const schema = readFileSync('resources/agentlm-suite.schema.json', 'utf8');
    for (const file of ['ownSuite.ts', 'scriptFolder.ts']) {
      const source = readFileSync(`src/runtime/evaluation/${file}`, 'utf8');
      for (const [, list = ''] of source.matchAll(/members\(\w+, \[([^\]]+)\]/g)) {
        for (const [, key = ''] of list.matchAll(/'([^']+)'/g)) assert.ok(schema.includes(`"${key}"`), key);
      }
    }
  });
});

describe('The line of a value in JSON', () => {
  it('is found by its path, and that of what is around it when it is missing', () => {
    const text = '{\n "a": [1,\n  {"b": "x, ] }", "c":\n 3}],\n "d": null }';
    const at = (...path: (string | number)[]): number => lineOf(text, path);
    assert.deepEqual(
      [at(), at('a'), at('a', 0), at('a', 1), at('a', 1, 'b'), at('a', 1, 'c'), at('d')],
      [1, 2, 2, 3, 3, 4, 5],
    );
    assert.deepEqual([at('a', 1, 'missing'), at('e'), at('a', 7)], [3, 1, 2]);
  });
});

describe('A comparing script of AgentBench', () => {
  for (const [name, answer, reference, passes] of [
    ['integer-match.py', ' 6\n', '6', true],
    ['integer-match.py', '+06', '6\n', true],
    ['integer-match.py', '1_000', '1000', true],
    ['integer-match.py', '99999999999999999999', '99999999999999999999', true],
    ['integer-match.py', '6.0', '6', false],
    ['integer-match.py', 'six', 'six', false],
    ['integer-match.py', '', '', false],
    ['string-match.py', ' a\r\nb ', 'a\nb', true],
    ['string-match.py', 'a', 'A', false],
    ['containing.py', 'it is 5.', '5', true],
    ['containing.py', '5', 'it is 5.', false],
    ['in.py', '5', 'it is 5.', true],
    ['in.py', 'it is 5.', '5', false],
    ['size-match.py', '8K', '8192', true],
    ['size-match.py', '1 MB', '1024KB', true],
    ['size-match.py', '8.0K', '8.0K', false],
    ['size-match.py', 'K', 'K', false],
    ['unknown.py', '1', '1', false],
  ] as const) {
    it(`${name} ${passes ? 'takes' : 'refuses'} ${JSON.stringify(answer)} for ${JSON.stringify(reference)}`, () => {
      assert.equal(builtinCheck(name, [answer, reference]), passes);
    });
  }
});
