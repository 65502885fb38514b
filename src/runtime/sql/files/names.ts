import path from 'node:path';

/**
 * Column names from the header line of a file: white space tidied; an empty or repeated name becomes `col_3`, its
 * place. Names that differ in case only are the same to SQLite.
 */
export function columnNames(header: readonly string[]): string[] {
  const tidy = header.map((cell) => cell.replaceAll('\0', '').trim().replace(/\s+/g, ' '));
  const taken = new Set<string>();
  return tidy.map((name, index) => {
    const isFirst = name !== '' && !taken.has(name.toLowerCase());
    const unique = isFirst ? name : free(`col_${index + 1}`, [...taken, ...tidy.map((other) => other.toLowerCase())]);
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** Table names from file names, `_2` and so on behind one that was taken. SQLite keeps names in `sqlite_` to itself. */
export function tableNames(files: readonly string[]): ReadonlyMap<string, string> {
  const tables = new Map<string, string>();
  for (const file of files) {
    const name = path.parse(file).name.replace(/^(?=sqlite_)/i, 'file_');
    tables.set(
      file,
      free(
        name,
        [...tables.values()].map((other) => other.toLowerCase()),
      ),
    );
  }
  return tables;
}

function free(name: string, taken: readonly string[]): string {
  let candidate = name;
  for (let number = 2; taken.includes(candidate.toLowerCase()); number += 1) candidate = `${name}_${number}`;
  return candidate;
}
