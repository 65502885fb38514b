import * as vscode from 'vscode';
import { parseDialogue, type Dialogue } from '../../agent/conversation';

/** Files that are read, the newest ones, and bytes that one may have. */
const mostFiles = 200;
const largestFile = 20_000_000;

const usualLimit = 5;
const mostResults = 20;

/** Characters of a turn that are told. */
const turnLength = 400;

/**
 * Looks through the trajectories that were kept in these folders.
 * @param words all of which a trajectory must hold, in any turn
 * @returns the newest ones that do, in words for a model
 */
export async function searchTrajectories(
  folders: readonly string[],
  words: string,
  limit = usualLimit,
  token: vscode.CancellationToken,
): Promise<string> {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found: Dialogue[] = [];
  for (const file of await trajectoryFiles(folders)) {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    found.push(...matching(text, wanted));
    if (found.length >= clamp(limit)) break;
  }
  return inWords(found.slice(0, clamp(limit)), words);
}

/** Rows of a JSONL file that hold every word, the last one first. A line that is no trajectory is passed over. */
export function matching(text: string, words: readonly string[]): Dialogue[] {
  return (
    text
      .split('\n')
      // Most lines need not be parsed.
      .filter((line) => words.every((word) => line.toLowerCase().includes(JSON.stringify(word).slice(1, -1))))
      .flatMap(readRow)
      .filter(({ conversations }) => {
        const said = ownTurns(conversations)
          .map(({ value }) => value.toLowerCase())
          .join('\n');
        return words.every((word) => said.includes(word));
      })
      .reverse()
  );
}

function readRow(line: string): Dialogue[] {
  try {
    return line.trim() === '' ? [] : [parseDialogue(line)];
  } catch {
    return [];
  }
}

/** From the task on: what stands before it is the same in every trajectory. */
function ownTurns(turns: Dialogue['conversations']): Dialogue['conversations'] {
  const given = turns.findLastIndex(({ from, loss }) => from === 'gpt' && loss === false);
  const learnt = turns.findIndex(({ loss }) => loss === true);
  return turns.slice(learnt > 0 ? learnt - 1 : given + 1);
}

function inWords(found: readonly Dialogue[], words: string): string {
  if (found.length === 0) return `No trajectory in this workspace holds: ${words}`;
  return found
    .map(({ id, conversations }) =>
      [`Trajectory ${id}`, ...ownTurns(conversations).map(({ from, value }) => `${from}: ${cut(value)}`)].join('\n'),
    )
    .join('\n\n');
}

function cut(text: string): string {
  return text.length <= turnLength ? text : `${text.slice(0, turnLength)}…`;
}

function clamp(limit: number): number {
  return Math.min(Math.max(1, Math.floor(limit)), mostResults);
}

/** Those that there are, the newest first; a folder that is missing has none. */
async function trajectoryFiles(folders: readonly string[]): Promise<readonly vscode.Uri[]> {
  const { fs } = vscode.workspace;
  const files: { readonly uri: vscode.Uri; readonly changed: number }[] = [];
  for (const folder of folders.map((each) => vscode.Uri.file(each))) {
    const entries = await fs.readDirectory(folder).then(
      (found) => found,
      () => [],
    );
    for (const [name, type] of entries) {
      if (type !== vscode.FileType.File || !name.endsWith('.jsonl')) continue;
      const uri = vscode.Uri.joinPath(folder, name);
      const { size, mtime } = await fs.stat(uri);
      if (size <= largestFile) files.push({ uri, changed: mtime });
    }
  }
  return files
    .toSorted((a, b) => b.changed - a.changed)
    .slice(0, mostFiles)
    .map(({ uri }) => uri);
}
