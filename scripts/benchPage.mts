import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import type { Row } from '../bench/rows.ts';

const page = 'docs/benchmarks.md';

/** Puts what was measured of a part into docs/benchmarks.md, in place of what was there of it; the other parts stay. */
export function writePart(part: string, rows: readonly Row[], loadBefore: number): void {
  const text = readFileSync(page, 'utf8');
  const [head = '', ...sections] = text.split(/^(?=## )/m);
  const heading = `## ${part}\n`;
  const section = `${heading}\n${circumstances(loadBefore)}\n\n${table(rows)}\n`;
  const place = sections.findIndex((each) => each.startsWith(heading));
  if (place === -1) sections.push(section);
  else sections[place] = section;
  const all = [head, ...sections].map((each) => each.trimEnd());
  writeFileSync(page, `${all.join('\n\n')}\n`);
}

/** Numbers of different machines, or of one that was busy, are not to be compared. */
function circumstances(loadBefore: number): string {
  const model = os.cpus()[0]?.model ?? 'unknown processor';
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GB`;
  return (
    `${new Date().toISOString().slice(0, 10)}, ${os.availableParallelism()} × ${model.trim()}, ${memory}, ` +
    `${os.type()} ${os.release()}, Node ${process.versions.node}; load before: ${loadBefore.toFixed(1)}.`
  );
}

function table(rows: readonly Row[]): string {
  const wide = (of: keyof Row, title: string) => Math.max(title.length, ...rows.map((row) => row[of].length));
  const [what, value] = [wide('what', 'what'), wide('value', 'measured')];
  const line = (left: string, right: string) => `| ${left.padEnd(what)} | ${right.padStart(value)} |`;
  const rule = `| ${'-'.repeat(what)} | ${'-'.repeat(value - 1)}: |`;
  return [line('what', 'measured'.padStart(value)), rule, ...rows.map((row) => line(row.what, row.value))].join('\n');
}
