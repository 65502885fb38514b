import { gpt, human, type Turn } from '../src/agent/conversation';
import type { Outcome } from '../src/agent/events';
import { writeLine, type RecordLine } from '../src/agent/runRecord';

/** The record of a run that was not run: what it was about, and the commands it ran. */
export interface RecordedRunOptions {
  readonly id: string;
  readonly problem: string;
  readonly commands: readonly string[];
  readonly answer?: string;
  readonly outcome?: Outcome;
  readonly model?: string;
  /** Milliseconds since 1970. */
  readonly askedAt?: number;
}

/** The text of its `*.trajectory.jsonl`. */
export function recordedRun(options: RecordedRunOptions): string {
  const { id, problem, commands, answer, model = 'agentlm-70b', askedAt = Date.UTC(2026, 10, 20, 12) } = options;
  const { outcome = answer === undefined ? 'finished' : 'answered' } = options;
  const turns: Turn[] = [
    human(`You have a shell.\n\nAct: bash, Act: finish or Act: answer(…)\n\nNow, my problem is:\n\nWhat is today?`),
    gpt('Think: I look.\n\nAct: bash\n\n```bash\ndate\n```', { loss: false }),
    human(`Now, I will start a new problem in a new OS. My problem is:\n\n${problem}`),
    ...commands.flatMap((command, index) => [
      gpt(`Think: Step ${index + 1} is to look.\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``, { loss: true }),
      human(`The output of the OS:\n\n${index + 10}\nuser@host:~$`),
    ]),
  ];
  const last = answer === undefined ? 'Think: It is done.\n\nAct: finish' : `Think: I know.\n\nAct: answer(${answer})`;
  if (outcome === 'answered' || outcome === 'finished') turns.push(gpt(last, { loss: true }));
  const usage = { promptTokens: 900, completionTokens: 60, cachedTokens: null };
  const time = { totalMs: 4000, modelMs: 3000, environmentMs: 400, overheadMs: 20 };
  const lines: RecordLine[] = [
    { run: id, type: 'begun', version: 1, kind: 'os', problem, place: '/work', askedAt, product: '0.1.0' },
    { run: id, at: 10, type: 'started', id, kind: 'os', problem, model, stepLimit: 8 },
    ...turns.map((turn, index): RecordLine => ({ run: id, at: 20 + index, type: 'turn', turn })),
    {
      run: id,
      at: 4000,
      type: 'finished',
      outcome,
      answer: answer ?? null,
      steps: commands.length + 1,
      usage,
      time,
    },
  ];
  return `${lines.map(writeLine).join('\n')}\n`;
}
