import type { Turn } from '../src/agent/conversation';
import type { Model } from '../src/agent/model';
import { run } from '../src/agent/run';
import { osTask } from '../src/agent/tasks/os';
import { turnPieces } from '../src/runtime/endpoint/llamaPrompt';
import { createTokenCounter } from '../src/runtime/endpoint/tokens';

const steps = 40;
const rounds = 15;

/**
 * What the product adds to a step: parsing while the reply arrives (60 pieces), counting tokens with the real vocabulary,
 * wording, events. Model and environment answer at once. Milliseconds a step; the first round, which loads the
 * vocabulary, is left out.
 */
export async function loopOverhead(): Promise<{ medianMs: number; worstMs: number }> {
  const perStep: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const milliseconds = await oneRun();
    if (round > 0) perStep.push(milliseconds / steps);
  }
  perStep.sort((a, b) => a - b);
  return { medianMs: perStep[Math.floor(perStep.length / 2)] ?? NaN, worstMs: perStep.at(-1) ?? NaN };
}

async function oneRun(): Promise<number> {
  let step = 0;
  const count = createTokenCounter();
  const model: Model = {
    name: 'scripted',
    contextLength: 4096,
    countTokens: (turns: readonly Turn[]) => count(turnPieces(turns)),
    async *reply() {
      step++;
      const reply = `Think: I look at file number ${step} and then decide what to do with it.\n\nAct: bash\n\n\`\`\`bash\ncat file${step}.txt | sort | uniq -c | sort -rn | head -20\n\`\`\``;
      for (const text of reply.match(/[\s\S]{1,3}/g) ?? []) yield { text };
      yield { text: '', finishReason: 'stop' as const };
    },
  };
  const events = run(
    { id: 'os_bench', problem: 'Look at all the files.', stepLimit: steps, replyTokens: 512 },
    {
      task: osTask,
      model,
      environment: {
        execute: (command) =>
          Promise.resolve({ output: `${command}\n`.repeat(6), exitCode: 0, cwd: '/', omittedBytes: 0 }),
      },
      approve: () => Promise.resolve({ verdict: 'run' }),
      signal: new AbortController().signal,
      now: () => performance.now(),
    },
  );
  const start = performance.now();
  for await (const event of events) if (event.type === 'failure') throw event.error;
  return performance.now() - start;
}
