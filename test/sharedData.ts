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

/** The shell commands of AgentBench's OS tasks: reference solutions, and what prepares the machine for a task. */
export function agentBenchOs(test: Context): { readonly solutions: string[]; readonly setups: string[] } {
  const tasks = JSON.parse(sharedText(test, 'agentbench/os/dev.json')) as {
    readonly start?: unknown;
    readonly example?: unknown;
    readonly create?: { readonly init?: unknown };
    readonly evaluation?: { readonly example?: unknown };
  }[];
  const shell = (script: unknown): string[] => {
    if (typeof script === 'string') return [script];
    const { code } = (script ?? {}) as { readonly code?: unknown };
    return typeof code === 'string' ? [code] : [];
  };
  return {
    solutions: tasks.flatMap(({ example, evaluation }) => [...shell(example), ...shell(evaluation?.example)]),
    setups: tasks.flatMap(({ start, create }) => [...shell(start), ...shell(create?.init)]),
  };
}
