import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Context } from 'mocha';

/** Real data that lies beside a checkout on some machines and is never part of the project. */
const folder = path.resolve('../shared/data');

/** The text of a file beside the project; where it is absent, the test is skipped and says so. */
export function sharedText(test: Context, file: string): string {
  const full = path.join(folder, file);
  if (!existsSync(full)) test.skip();
  return readFileSync(full, 'utf8');
}

/** The real dialogues of the db split, a line each. */
export function agentInstructLines(test: Context): string[] {
  return sharedText(test, 'agentinstruct/db.dev.jsonl').trimEnd().split('\n');
}
