import assert from 'node:assert/strict';
import type { EvaluationSetting, TaskResult } from '../../../src/agent/evaluation';
import { textMatches, valuesMatch } from '../../../src/runtime/evaluation/answers';
import { mergeResults } from '../../../src/runtime/evaluation/mergeResults';
import { mysqlRows } from '../../../src/runtime/evaluation/mysqlRows';
import { scoresBeside } from '../../../src/runtime/evaluation/published';
import { reportOf } from '../../../src/runtime/evaluation/report';
import { reportHtml } from '../../../src/runtime/evaluation/reportHtml';
import { passAt, wilsonInterval } from '../../../src/runtime/evaluation/statistics';
import { tableHash } from '../../../src/runtime/evaluation/tableHash';
import { resultOf, settingOf } from './results';

describe('The answer to a question about a database', () => {
  for (const [answer, expected, old, newer] of [
    [['26'], ['26.0'], true, true],
    [['1e3'], ['1000'], true, true],
    [[' 26 '], ['26'], true, true],
    [['21,000'], ['21000.0'], false, true],
    [['3.333'], ['3.33'], false, true],
    [['50%'], ['50'], false, true],
    [['None'], ['0'], false, true],
    [[''], ['none'], false, true],
    [['Giza'], ['Giza'], true, true],
    [['giza'], ['Giza'], false, false],
    [['0x10'], ['16'], false, false],
    [['a', 'b'], ['b', 'a'], true, true],
    [['a', 'b', 'a'], ['a', 'b'], true, true],
    [['a'], ['a', 'b'], false, false],
    [['1', '2'], ['1.0', '2.0'], false, true],
    [['1', '1'], ['1', '2'], false, false],
    [[], ['a'], false, false],
    [['inf'], ['nan'], false, true],
  ] as const) {
    it(`${JSON.stringify(answer)} is ${old ? '' : 'not '}${JSON.stringify(expected)} by the old rules, and ${newer ? '' : 'not '}by the newer`, () => {
      assert.equal(valuesMatch(answer, expected, 'old'), old);
      assert.equal(valuesMatch(answer, expected, 'new'), newer);
    });
  }
});

describe('An answer that is a text', () => {
  it('is stripped where the task says so, and is never what was not said', () => {
    assert.equal(textMatches(' x ', { kind: 'match', answer: 'x', strip: true }), true);
    assert.equal(textMatches(' x ', { kind: 'match', answer: 'x', strip: false }), false);
    assert.equal(textMatches(null, { kind: 'match', answer: 'None', strip: true }), false);
    assert.equal(textMatches('it is 42.', { kind: 'regex', pattern: '\\b42\\b' }), true);
    assert.equal(textMatches(null, { kind: 'regex', pattern: '' }), false);
  });
});

describe('The hash of a table', () => {
  it('is that of MySQL, in any order of the rows, and cut where MySQL cuts', () => {
    assert.equal(tableHash(['b,2', 'a,1']), '94daf81f5ba0a57d9f93c36e502f5e0d');
    assert.equal(tableHash(['a,1', 'b,2']), '94daf81f5ba0a57d9f93c36e502f5e0d');
    assert.equal(tableHash([]), undefined);
    const many = Array.from({ length: 300 }, (_, index) => `${index}`);
    assert.equal(tableHash(many), '14bb816d9e7b25a74f71689776c50e6e');
  });
});

describe('Rows of a server', () => {
  it('are what Python’s client prints', () => {
    const types = { DECIMAL: 246, LONG: 3, DOUBLE: 5, DATE: 10, DATETIME: 12, TIME: 11, TEXT: 252 };
    const columns = Object.values(types).map((columnType) => ({ columnType, characterSet: 45 }));
    assert.equal(
      mysqlRows(
        [['1.50', 7, 2, '2020-01-02', '2020-01-02 03:04:05', '-01:00:00', "it's"], Array(7).fill(null)],
        columns,
      ),
      `[(Decimal('1.50'), 7, 2.0, datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.timedelta(days=-1, seconds=82800), "it's"), (${Array(7).fill('None').join(', ')})]`,
    );
    assert.equal(
      mysqlRows([['2020-01-02 00:00:00.000500']], [{ columnType: 12, characterSet: 63 }]),
      '[(datetime.datetime(2020, 1, 2, 0, 0, 0, 500),)]',
    );
    assert.equal(mysqlRows([[Buffer.from([0, 255])]], [{ columnType: 252, characterSet: 63 }]), "[(b'\\x00\\xff',)]");
    assert.equal(mysqlRows([], []), '[]');
  });
});

describe('Statistics', () => {
  it('give Wilson’s interval', () => {
    const near = (interval: { low: number; high: number }, low: number, high: number): void => {
      assert.ok(Math.abs(interval.low - low) < 0.05 && Math.abs(interval.high - high) < 0.05, JSON.stringify(interval));
    };
    // Values of R's prop.test(correct = FALSE).
    near(wilsonInterval(10, 26), 22.4, 57.5);
    near(wilsonInterval(0, 26), 0, 12.9);
    near(wilsonInterval(26, 26), 87.1, 100);
  });

  it('estimate pass@k without bias', () => {
    assert.equal(passAt(1, 5, 2), 0.4);
    assert.ok(Math.abs(passAt(2, 5, 2) - 0.7) < 1e-12);
    assert.equal(passAt(5, 5, 1), 1);
    assert.equal(passAt(3, 5, 0), 0);
  });
});

describe('A report', () => {
  const results = (marks: readonly (readonly [category: string, passed: boolean])[]): TaskResult[] =>
    marks.map(([category, passed], index) => resultOf({ index, category, passed }));

  it('of an OS suite is the share of all tasks, by category', () => {
    const report = reportOf({
      setting: settingOf({ kind: 'os', tasks: 4 }),
      results: results([
        ['file', true],
        ['file', false],
        ['user', true],
        ['user', true],
      ]),
    });
    assert.deepEqual([report.total, report.passed, report.score, report.missing], [4, 3, 75, 0]);
    assert.deepEqual(report.categories, {
      file: { total: 2, passed: 1, score: 50 },
      user: { total: 2, passed: 2, score: 100 },
    });
    assert.equal(report.interval.method, 'wilson');
  });

  it('of a database is the mean of SELECT, INSERT and UPDATE, however many there are of each', () => {
    const report = reportOf({
      setting: settingOf({ kind: 'db', tasks: 6 }),
      results: results([
        ['other', true],
        ['ranking', false],
        ['counting', false],
        ['counting', false],
        ['INSERT', true],
        ['UPDATE', false],
        ['DELETE', true],
      ]),
    });
    assert.ok(Math.abs(report.score - (25 + 100 + 0) / 3) < 1e-9);
    assert.deepEqual(report.categories['SELECT'], { total: 4, passed: 1, score: 25 });
    assert.equal(report.interval.method, 'bootstrap');
    assert.ok(report.interval.low <= report.score && report.score <= report.interval.high);
  });

  it('counts attempts at the same task for pass@k, and as one task for how sure the score is', () => {
    const setting = settingOf({ kind: 'os', tasks: 2, repeat: 2 });
    const attempts = [
      [0, 0, true],
      [0, 1, false],
      [1, 0, false],
      [1, 1, false],
    ] as const;
    const report = reportOf({
      setting,
      results: attempts.map(([index, attempt, passed]) => resultOf({ index, attempt, passed })),
    });
    assert.deepEqual(report.passAt, { 1: 25, 2: 50 });
    assert.equal(report.score, 25);
    assert.deepEqual(report.interval, { ...wilsonInterval(0.5, 2), method: 'wilson' });
  });

  it('adds up tokens, time and cost, and tells what is missing', () => {
    const report = reportOf(
      {
        setting: settingOf({ tasks: 5 }),
        results: [resultOf({ index: 0 }), resultOf({ index: 1, ending: 'step-limit', passed: false })],
      },
      { prompt: 2, completion: 10 },
    );
    assert.deepEqual(report.tokens, { prompt: 200, completion: 40, cached: null });
    assert.deepEqual(report.time, { total: 2000, model: 1200, environment: 600, averageTask: 1000 });
    assert.ok(Math.abs((report.cost ?? 0) - (200 * 2 + 40 * 10) / 1e6) < 1e-12);
    assert.equal(report.missing, 3);
    assert.deepEqual([report.outcomes.completed, report.outcomes['step-limit'], report.averageSteps], [1, 1, 2]);
  });

  it('is the same for the same results, and of nothing is no error', () => {
    const setting = settingOf({ kind: 'db', tasks: 3 });
    const some = results([
      ['other', true],
      ['INSERT', false],
      ['UPDATE', true],
    ]);
    assert.deepEqual(reportOf({ setting, results: some }), reportOf({ setting, results: some }));
    assert.deepEqual(reportOf({ setting, results: [] }).score, 0);
  });

  it('merges shards, and keeps models apart', () => {
    const shard = (setting: Partial<EvaluationSetting>, index: number) => ({
      setting: settingOf(setting),
      results: [resultOf({ index })],
    });
    const merged = mergeResults([
      shard({ endpoint: 'http://a' }, 0),
      shard({ model: 'other' }, 0),
      shard({ endpoint: 'http://b' }, 1),
    ]);
    assert.deepEqual(
      merged.map(({ setting, results: kept }) => [setting.model, kept.map(({ index }) => index)]),
      [
        ['agentlm-7b', [0, 1]],
        ['other', [0]],
      ],
    );
  });

  it('as a page escapes everything, needs no script, and stands beside the paper', () => {
    const evil = '<script>alert(1)</script>"\'&\u202e';
    const found = [
      resultOf({
        index: 0,
        passed: false,
        task: evil,
        category: evil,
        answer: evil,
        expected: evil,
        detail: evil,
        turns: [{ from: 'gpt', loss: true, value: evil }],
      }),
    ];
    const setting = settingOf({ suite: evil, model: evil, endpoint: evil, kind: 'os', environment: evil });
    const page = reportHtml([{ report: reportOf({ setting, results: found }), results: found }]);
    assert.doesNotMatch(page, /<script|\u202e|src=|href=|url\(/);
    assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;'));
  });

  it('shows the paper’s scores beside evaluations of its whole test split, and beside no others', () => {
    const found = [resultOf(), resultOf({ index: 1 })];
    const pageOf = (some: Partial<EvaluationSetting>, results = found) =>
      reportHtml([{ report: reportOf({ setting: settingOf(some), results }), results }]);
    const whole = Array.from({ length: 144 }, (_, index) => resultOf({ index }));
    for (const page of [
      pageOf({ tasks: 2 }),
      pageOf({ tasks: 144 }),
      pageOf({ tasks: 144, format: 'own' }, whole),
      pageOf({ tasks: 144, kind: 'db' }, whole),
    ]) {
      assert.ok(!page.includes('GPT-4'));
    }
    const page = pageOf({ tasks: 144 }, whole);
    for (const { model, score } of scoresBeside('os', [
      reportOf({ setting: settingOf({ tasks: 144 }), results: whole }),
    ])) {
      assert.ok(page.includes(model) && page.includes(score.toFixed(1)));
    }
    assert.ok(page.includes('36.8'));
  });
});
