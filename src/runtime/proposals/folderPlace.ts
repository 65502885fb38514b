import { open } from 'node:fs/promises';
import path from 'node:path';
import { visible } from '../../agent/hiddenCharacters';
import type { Proposal } from '../../agent/proposal';
import { entriesOf, type FolderEntry } from '../evaluation/givenFolder';
import type { PlaceDescription } from './prompt';

/** Names that are told, and files whose beginnings are. */
const limits = { names: 80, files: 6, lines: 4, lineLength: 100 };

/**
 * What the model is told of a folder: names, and how its first text files begin. Hidden files are not for others.
 * @throws {UserError} `evaluation.folder*`
 */
export async function describeFolder(folder: string): Promise<PlaceDescription> {
  const entries: FolderEntry[] = [];
  let omitted = 0;
  for await (const entry of entriesOf(folder)) {
    if (/(?:^|\/)\./.test(entry.name)) continue;
    if (entries.length < limits.names) entries.push(entry);
    else omitted++;
  }
  const names = entries.map(({ name, kind, bytes }) =>
    kind === 'file' ? `${visible(name)} (${bytes} bytes)` : `${visible(name)}${kind === 'folder' ? '/' : ' (link)'}`,
  );
  if (omitted > 0) names.push(`and ${omitted} more`);
  const beginnings: string[] = [];
  const texts: string[] = [];
  for (const { name, kind } of entries) {
    if (kind !== 'file' || texts.length === limits.files) continue;
    const beginning = await beginningOf(path.join(folder, name));
    if (beginning === undefined) continue;
    texts.push(name);
    beginnings.push(`${visible(name)} begins:\n${beginning}`);
  }
  const listing = names.length === 0 ? 'The folder is empty.' : `The folder holds:\n${names.join('\n')}`;
  return { text: [listing, ...beginnings].join('\n\n'), seeds: seedsFor(texts) };
}

/** Undefined for what is no text. */
async function beginningOf(file: string): Promise<string | undefined> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2048), 0, 2048, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    if (bytesRead === 0 || text.includes('\0')) return undefined;
    const lines = text.split(/\r?\n/).slice(0, limits.lines);
    return lines.map((line) => `  ${visible(line).slice(0, limits.lineLength)}`).join('\n');
  } finally {
    await handle.close();
  }
}

/** Tasks that can be made of any folder: they show the model what a task is, and how one is checked. */
function seedsFor(texts: readonly string[]): Proposal[] {
  const [first] = texts;
  const files = 'find . -maxdepth 1 -type f';
  const ofFile: Proposal[] =
    first === undefined
      ? []
      : [
          {
            kind: 'os',
            text: `How many lines of ${visible(first)} are not empty? Answer with the number.`,
            reference: `grep -c . ${quoted(first)}`,
          },
        ];
  return [
    ...ofFile,
    {
      kind: 'os',
      text: 'Write the names of all files that lie directly in this folder into names.txt, one a line and sorted.',
      check: `diff <(${files} ! -name names.txt -printf '%f\\n' | sort) names.txt`,
      reference: `${files} ! -name names.txt -printf '%f\\n' | sort >/tmp/names && mv /tmp/names names.txt`,
    },
    {
      kind: 'os',
      text: 'How many bytes do all files in this folder and below have together? Answer with the number.',
      reference: "find . -type f -printf '%s\\n' | awk '{ sum += $1 } END { print sum + 0 }'",
    },
  ];
}

function quoted(name: string): string {
  return `'${name.replaceAll("'", `'\\''`)}'`;
}
