import type { EvaluationReport, Share, TaskResult } from '../../agent/evaluation';
import { escapeHtml } from '../../agent/html';
import { scoresBeside } from './published';

/** A report, and the results that it sums up. */
export interface ReportedResults {
  readonly report: EvaluationReport;
  readonly results: readonly TaskResult[];
}

/** How much of a conversation a page holds, in characters; the results file has the rest. */
const turnLimit = 2_000;

/** One page that needs nothing else: no script, no font, no picture. Everything in it that a model or a suite said is escaped. */
export function reportHtml(all: readonly ReportedResults[]): string {
  const kinds = (['os', 'db'] as const).filter((kind) => all.some(({ report }) => report.kind === kind));
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>AgentLM evaluation</title><style>${style}</style></head><body><main><h1>AgentLM evaluation</h1>`,
    ...kinds.map((kind) => comparison(kind, all)),
    ...all.map(one),
    '</main></body></html>',
    '',
  ].join('\n');
}

const kindNames = { os: 'Operating system', db: 'Database' } as const;

function comparison(kind: 'os' | 'db', all: readonly ReportedResults[]): string {
  const own = all
    .filter(({ report }) => report.kind === kind)
    .map(({ report }) => bar(`${report.model} (${report.suite})`, report.score, 'own', intervalText(report)));
  const reports = all.map(({ report }) => report);
  const paper = scoresBeside(kind, reports).map(({ model, score }) => bar(model, score, 'paper', 'AgentTuning paper'));
  return `<section><h2>${kindNames[kind]}</h2>
<p>Percent of the tasks${kind === 'db' ? ', the mean of SELECT, INSERT and UPDATE' : ''}. The paper’s numbers are of its whole test set: other tasks give other numbers.</p>
<table><thead><tr><th>Model</th><th class="number">Score</th><th></th><th></th></tr></thead><tbody>${[...own, ...paper].join('')}</tbody></table></section>`;
}

function bar(name: string, score: number, look: 'own' | 'paper', remark: string): string {
  const width = Math.min(100, Math.max(0, score)).toFixed(1);
  return `<tr class="${look}"><th scope="row">${escape(name)}</th><td class="number">${percent(score)}</td><td class="bar"><div style="width:${width}%"></div></td><td>${escape(remark)}</td></tr>`;
}

function one({ report, results }: ReportedResults): string {
  const failures = results.filter(({ passed }) => !passed);
  return `<section><h2>${escape(report.model)}: ${escape(report.suite)}</h2>
<dl>${facts(report)
    .map(([name, value]) => `<div><dt>${name}</dt><dd>${escape(value)}</dd></div>`)
    .join('')}</dl>
<h3>By category</h3><table><thead><tr><th>Category</th><th class="number">Passed</th><th class="number">Of</th><th class="number">Percent</th></tr></thead><tbody>${Object.entries(
    report.categories,
  )
    .map(categoryRow)
    .join('')}</tbody></table>
<h3>How the tasks ended</h3><table><tbody>${Object.entries(report.outcomes)
    .map(([name, count]) =>
      bar(name, report.total === 0 ? 0 : (100 * count) / report.total, 'own', `${count} of ${report.total}`),
    )
    .join('')}</tbody></table>
<h3>${failures.length} not passed</h3>${failures.map(failure).join('')}</section>`;
}

function facts(report: EvaluationReport): [string, string][] {
  const { tokens, time } = report;
  return [
    ['Score', `${percent(report.score)} (${intervalText(report)})`],
    [
      'Passed',
      `${report.passed} of ${report.total}${report.missing > 0 ? `, ${report.missing} of the suite not attempted` : ''}`,
    ],
    ...Object.entries(report.passAt).map(([k, value]): [string, string] => [`pass@${k}`, percent(value)]),
    ['Endpoint', report.endpoint],
    ['Rules, environment', `${report.rules}, ${report.environment}`],
    ['Steps a task', report.averageSteps.toFixed(2)],
    ['Tokens', `${tokens.prompt} read, ${tokens.completion} written`],
    ['Time a task', `${(time.averageTask / 1000).toFixed(1)} s`],
    ...(report.cost === null ? [] : [['Cost', report.cost.toFixed(4)] as [string, string]]),
  ];
}

function categoryRow([name, { passed, total, score }]: [string, Share]): string {
  return `<tr><th scope="row">${escape(name)}</th><td class="number">${passed}</td><td class="number">${total}</td><td class="number">${percent(score)}</td></tr>`;
}

function failure({ task, attempt, ending, answer, expected, detail, turns }: TaskResult): string {
  const said = answer === null ? 'no answer' : typeof answer === 'string' ? answer : answer.join(', ');
  const wanted = expected === null ? '' : `<dt>Expected</dt><dd>${escape(cut(expected))}</dd>`;
  const why = detail === null ? '' : `<dt>Why</dt><dd>${escape(cut(detail))}</dd>`;
  const talk = turns.map(({ from, value }) => `<h4>${escape(from)}</h4><pre>${escape(cut(value))}</pre>`).join('');
  const number = attempt === 0 ? '' : `, attempt ${attempt + 1}`;
  return `<details><summary>${escape(task)}${number}: ${escape(ending)}</summary><dl><dt>Answered</dt><dd>${escape(cut(said))}</dd>${wanted}${why}</dl>${talk}</details>`;
}

function intervalText({ interval }: EvaluationReport): string {
  return `95 % interval ${percent(interval.low)} to ${percent(interval.high)}`;
}

function percent(value: number): string {
  return value.toFixed(1);
}

function cut(text: string): string {
  return text.length > turnLimit ? `${text.slice(0, turnLimit)} […]` : text;
}

/** Also what would turn the direction of the text around it, or hide. */
function escape(text: string): string {
  return escapeHtml(text).replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

const style = `:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:0}main{max-width:60rem;margin:0 auto;padding:1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.2rem .5rem;border-bottom:1px solid #8884;font-weight:normal}
thead th{font-weight:600}.number{text-align:right;font-variant-numeric:tabular-nums}.bar{width:40%}
.bar div{height:.8rem;background:#8888;min-width:1px}.own .bar div{background:#0a6ed1}.own th{font-weight:600}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:.5rem}dt{opacity:.75}dd{margin:0;overflow-wrap:anywhere}
details{border-bottom:1px solid #8884}summary{cursor:pointer;padding:.3rem 0}details dl{display:block}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:.5rem}h4{margin:.5rem 0 0}`;
