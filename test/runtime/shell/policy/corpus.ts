import { readFileSync } from 'node:fs';
import path from 'node:path';
import { judgeCommand } from '../../../../src/runtime/shell/policy/judgeCommand';
import { freshShell } from '../../../../src/runtime/shell/policy/knowledge';

export interface Sample {
  readonly category: string;
  readonly command: string;
}

/** A corpus of test/fixtures/policy: a category, a tab and a command on each line, in which ␤ stands for a line break. */
export function samples(name: 'dangerous' | 'harmless'): Sample[] {
  const lines = readFileSync(path.resolve('test/fixtures/policy', `${name}.tsv`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const [category = '', ...rest] = line.split('\t');
    return { category, command: rest.join('\t').replaceAll('␤', '\n') };
  });
}

/** What keeps a command from passing as the first one of a shell in a project, as a sentence; undefined where it passes. */
export function asksBecause(command: string): string | undefined {
  return judgeCommand(command, freshShell('/home/me/project')).finding?.reason.code;
}

export function passes(command: string): boolean {
  return asksBecause(command) === undefined;
}
