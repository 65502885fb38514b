import { rm } from 'node:fs/promises';
import path from 'node:path';
import { prepareSample } from '../runtime/demo/sample';
import { demoProblems } from '../runtime/demo/script';
import { makeTemporaryFolder } from '../runtime/temporaryFolder';
import type { DemoArguments } from './demoArguments';
import type { Printer } from './print';
import { runCommand } from './runCommand';

/** Runs the first OS task and the first database task of the sample, against the demo endpoint unless told. */
export async function demoCommand(
  args: DemoArguments,
  print: Printer,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const folder = await makeTemporaryFolder('agentlm-demo-');
  try {
    const { workspace, database } = await prepareSample(path.join(__dirname, '../resources'), folder);
    if (args.endpoint === 'demo') say('The demo endpoint is a script, not a model. ');
    say('Commands and statements really run, on a copy of the sample.\n\n');
    let worst = 0;
    for (const kind of ['os', 'db'] as const) {
      const [problem = ''] = demoProblems(kind);
      const place = kind === 'os' ? workspace : database;
      say(kind === 'os' ? 'OS task: ' : '\nDatabase task: ');
      worst = Math.max(
        worst,
        await runCommand(
          {
            ...args,
            command: 'run',
            request: { kind, problem, place },
            trainedFrom: undefined,
            exportTo: undefined,
            dialect: undefined,
          },
          print,
          signal,
        ),
      );
      if (signal.aborted) break;
    }
    return worst;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
