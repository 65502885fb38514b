import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatDialogue, gpt, human, type Dialogue } from '../src/agent/conversation';
import { parseDatasetArguments } from '../src/cli/datasetArguments';
import { datasetCommand } from '../src/cli/datasetCommand';
import { rowsOf } from '../src/cli/datasetRows';

const rows = 20_000;
const million = 1_000_000;
const { signal } = new AbortController();

/** Rows a second of each command, and what a million rows need to be mixed. */
export interface DatasetRates {
  readonly read: number;
  readonly readParquet: number;
  readonly validate: number;
  readonly stats: number;
  readonly convert: number;
  readonly mix: number;
  /** Largest resident memory of the process while a million rows were mixed. */
  readonly millionPeakMb: number;
  readonly millionSeconds: number;
}

/** Measured with rows of 1.8 KB that are all different, as those of the db split are on average without their instruction. */
export async function datasetRates(): Promise<DatasetRates> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-bench-'));
  try {
    const file = await writeRows(path.join(folder, 'rows.jsonl'), rows, 8);
    const parquet = path.join(folder, 'rows.parquet');
    // The first run loads the vocabulary.
    await command('stats', await writeRows(path.join(folder, 'few.jsonl'), 10, 8));
    const convert = await rate(() => command('convert', file, '--to', 'agentinstruct-parquet', '--out', parquet));
    const out = path.join(folder, 'mix.jsonl');
    const rates = {
      read: await rate(() => readAll(file)),
      readParquet: await rate(() => readAll(parquet)),
      validate: await rate(() => command('validate', file)),
      stats: await rate(() => command('stats', file)),
      convert,
      mix: await rate(() => command('mix', '--agent', file, '--general', file, '--total', String(rows), '--out', out)),
    };
    const large = await writeRows(path.join(folder, 'million.jsonl'), million, 1);
    const peak = watchMemory();
    const start = performance.now();
    await command('mix', '--agent', file, '--general', large, '--total', String(million), '--out', out, '--force');
    return { ...rates, millionPeakMb: peak() / 1e6, millionSeconds: (performance.now() - start) / 1000 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function command(...line: string[]): Promise<void> {
  const code = await datasetCommand(parseDatasetArguments(line, {}), async () => {}, signal);
  // Validation says 1: rows made from one mould are much alike.
  if (code > 1) throw new Error(`dataset ${line.join(' ')} ended with ${code}`);
}

async function readAll(file: string): Promise<void> {
  let seen = 0;
  for await (const row of rowsOf([file], signal)) if ('dialogue' in row) seen++;
  if (seen !== rows) throw new Error(`${seen} rows were read`);
}

async function rate(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (rows / (performance.now() - start)) * 1000;
}

function watchMemory(): () => number {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 50);
  return () => {
    clearInterval(timer);
    return most;
  };
}

const words =
  'the of orders table count select from where name price status customer join group value date city total sum city product line number'.split(
    ' ',
  );

async function writeRows(file: string, many: number, sentences: number): Promise<string> {
  const handle = await open(file, 'w');
  for (let row = 0; row < many; row += 1000) {
    const lines = Array.from(
      { length: Math.min(1000, many - row) },
      (_, index) => `${formatDialogue(dialogue(row + index, sentences))}\n`,
    );
    await handle.appendFile(lines.join(''));
  }
  await handle.close();
  return file;
}

function dialogue(row: number, sentences: number): Dialogue {
  const text = (salt: number): string =>
    Array.from(
      { length: 18 * sentences },
      (_, index) => words[(row * 7 + index * index * salt + index) % words.length],
    ).join(' ');
  return {
    id: `db_${row}`,
    conversations: [
      human('Solve it by SQL. Action: Operation or Action: Answer.'),
      gpt('Ok.', { loss: false }),
      human(`How many? ${text(3)} ${row}`),
      gpt(`${text(5)}.\nAction: Operation\n\`\`\`sql\nSELECT COUNT(*) FROM t${row} WHERE a = ${row * 31}\n\`\`\``, {
        loss: true,
      }),
      human(`[(${row},)]`),
      gpt(`It is ${row}.\nAction: Answer\nFinal Answer: ["${row}"]`, { loss: true }),
    ],
  };
}
