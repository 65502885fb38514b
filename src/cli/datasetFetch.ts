import { fetchHubFile, listHubFiles, type HubFile } from '../runtime/trajectories/hubDownload';
import { exitCodes } from './exitCodes';
import type { FetchArguments } from './fetchArguments';
import type { Write } from './output';
import { proxyFor } from './proxy';

/** Fetches a data set of the hub, or says what it holds. From where and how much is said before anything is fetched. */
export async function fetchCommand(args: FetchArguments, write: Write, signal: AbortSignal): Promise<number> {
  const proxy = proxyFor(args.hub, process.env);
  const source = { ...args, proxy: proxy === undefined ? undefined : new URL(proxy) };
  const { commit, files } = await listHubFiles(source, signal);
  const chosen = files.filter(({ path }) => args.splits.length === 0 || args.splits.some((split) => isOf(path, split)));
  const say = (value: object, words: string): Promise<void> => write(args.json ? `${JSON.stringify(value)}\n` : words);
  if (args.out === undefined) {
    for (const file of chosen) await say({ type: 'file', ...file }, `${file.path}  ${megabytes(file.size)}\n`);
  }
  if (chosen.length === 0) {
    process.stderr.write(
      `${args.repository} has no such files with rows. It has: ${files.map(({ path }) => path).join(', ') || 'none'}.\n`,
    );
    return exitCodes.failure;
  }
  if (args.out === undefined) return exitCodes.success;
  const total = chosen.reduce((sum, { size }) => sum + size, 0);
  process.stderr.write(
    `${chosen.length} files, ${megabytes(total)}, of ${args.repository} at ${args.hub}, commit ${commit.slice(0, 12)}.\n`,
  );
  for (const file of chosen) {
    const target = await fetchHubFile(source, commit, file, args.out, progressOf(file), signal);
    await say({ type: 'fetched', file: target, ...file }, `${target}\n`);
  }
  return exitCodes.success;
}

/** `os` is of `data/os-00000-of-00001-ab.parquet`, and not of `data/kosovo.json`. */
function isOf(path: string, split: string): boolean {
  return path.split(/[/.]/).some((part) => part === split || part.startsWith(`${split}-`));
}

/** On a terminal one line that changes, nowhere else anything. */
function progressOf({ path, size }: HubFile): (bytes: number) => void {
  let shown = -1;
  return (bytes) => {
    const percent = size === 0 ? 100 : Math.floor((100 * bytes) / size);
    if (!process.stderr.isTTY || percent === shown) return;
    shown = percent;
    process.stderr.write(`\r${path} ${percent} %${percent === 100 ? '\n' : ''}`);
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
