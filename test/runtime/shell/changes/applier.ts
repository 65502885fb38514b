import { openPending } from '../../../../src/runtime/shell/changes/pending';

/** Applies the changes of a run, as a program of its own: so that it can be killed in the middle of it. */
async function applyAll(storage = '', id = ''): Promise<void> {
  const { applied } = await (await openPending(storage, id)).apply('all');
  process.stdout.write(`${applied.length}\n`);
}

void applyAll(...process.argv.slice(2));
