import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatDialogue, gpt, human } from '../src/agent/conversation';
import { contentOf, type IndexedTrajectory } from '../src/composition/libraryFiles';
import { openTrajectoryFile } from '../src/composition/trajectoryFiles';
import { openLibraryIndex } from '../src/runtime/trajectories/libraryIndex';

const trajectories = 100_000;
const gigabyte = 1_000_000_000;
const { signal } = new AbortController();

/** Milliseconds, unless their name says otherwise. */
export interface LibraryTimes {
  /** The index of 100,000 trajectories in as many files. */
  readonly openIndex: number;
  /** Of which the processor worked, whoever else did. */
  readonly openIndexCpu: number;
  /** A gigabyte of JSONL: until the first rows can be seen, and until all are found. */
  readonly firstRows: number;
  readonly allRows: number;
  readonly rows: number;
  /** A page of fifty from the middle, and one conversation. */
  readonly page: number;
  readonly row: number;
  readonly memoryMb: number;
}

export async function libraryTimes(): Promise<LibraryTimes> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-bench-'));
  try {
    const index = await writeIndex(path.join(folder, 'index.jsonl'));
    const start = performance.now();
    const cpu = process.cpuUsage();
    const { entries } = contentOf(
      await openLibraryIndex<IndexedTrajectory>(
        index,
        () => true,
        never,
        () => {},
      ),
    );
    const openIndex = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    if (entries.length !== trajectories) throw new Error(`${entries.length} trajectories are known`);
    return {
      openIndex,
      openIndexCpu: (user + system) / 1000,
      ...(await viewerTimes(await writeGigabyte(path.join(folder, 'rows.jsonl')))),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function viewerTimes(large: string): Promise<Omit<LibraryTimes, 'openIndex' | 'openIndexCpu'>> {
  // The vocabulary is loaded once, whatever is opened.
  const warm = await openTrajectoryFile(large);
  await warm.scan(() => {}, AbortSignal.timeout(50)).catch(() => {});
  await warm.heads([0], signal);
  const before = process.memoryUsage.rss();
  const start = performance.now();
  const file = await openTrajectoryFile(large);
  let firstRows = NaN;
  await file.scan(() => {
    if (Number.isNaN(firstRows) && file.count > 50) firstRows = performance.now() - start;
  }, signal);
  const allRows = performance.now() - start;
  const middle = Math.floor(file.count / 2);
  const page = await timed(() =>
    file.heads(
      Array.from({ length: 50 }, (_, index) => middle + index),
      signal,
    ),
  );
  const row = await timed(() => file.row(middle, signal));
  const memoryMb = (process.memoryUsage.rss() - before) / 1e6;
  return { firstRows, allRows, rows: file.count, page, row, memoryMb };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function never(): Promise<never> {
  throw new Error('Nothing is read beside the index.');
}

async function writeIndex(file: string): Promise<string> {
  const handle = await open(file, 'w');
  await handle.appendFile('{"library":1}\n');
  for (let from = 0; from < trajectories; from += 1000) {
    const lines = Array.from({ length: 1000 }, (_, index) => indexLine(from + index));
    await handle.appendFile(`${lines.join('\n')}\n`);
  }
  await handle.close();
  return file;
}

function indexLine(index: number): string {
  const file = `/home/user/work/.agentlm/trajectories/os_${index}.trajectory.jsonl`;
  const entry: IndexedTrajectory = {
    id: `os_${index}`,
    task: 'os',
    model: 'agentlm-70b',
    problem: `Count the files of folder ${index} that were changed since yesterday, and answer with the number.`,
    outcome: 'answered',
    verdict: 'undecided',
    reward: null,
    turns: 4,
    corrected: false,
    errors: [],
    tags: [],
    note: '',
    at: 1_790_000_000_000 + index,
  };
  return JSON.stringify([file, 20_000, 1_790_000_000_000, [entry]]);
}

async function writeGigabyte(file: string): Promise<string> {
  const handle = await open(file, 'w');
  for (let size = 0, row = 0; size < gigabyte; row += 500) {
    const bytes = Buffer.from(Array.from({ length: 500 }, (_, index) => `${rowLine(row + index)}\n`).join(''));
    await handle.appendFile(bytes);
    size += bytes.length;
  }
  await handle.close();
  return file;
}

function rowLine(row: number): string {
  return formatDialogue({
    id: `db_${row}`,
    conversations: [
      human(`Solve it by SQL. Action: Operation or Action: Answer. ${'The table has rows. '.repeat(60)}`),
      gpt('Ok.', { loss: false }),
      human(`How many orders has customer ${row}?`),
      gpt(`I count.\nAction: Operation\n\`\`\`sql\nSELECT COUNT(*) FROM orders WHERE customer = ${row}\n\`\`\``, {
        loss: true,
      }),
      human(`[(${row % 7},)]`),
      gpt(`So.\nAction: Answer\nFinal Answer: ["${row % 7}"]`, { loss: true }),
    ],
  });
}
