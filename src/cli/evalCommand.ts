import path from 'node:path';
import { styleText } from 'node:util';
import { UserError } from '../agent/errors';
import type { TaskResult } from '../agent/evaluation';
import { visible } from '../agent/hiddenCharacters';
import { startDemoEndpoint } from '../runtime/demo/server';
import { inWords } from '../runtime/evaluation/readSuite';
import { reportOf } from '../runtime/evaluation/report';
import { startEvaluation, type EvaluationRequest } from '../runtime/evaluation/startEvaluation';
import type { EvalRunArguments } from './evalArguments';
import { reportText } from './evalReport';
import { exitCodes, failureCode } from './exitCodes';
import { describeFailure } from './describeFailure';
import { proxyFor } from './proxy';
import { trainedPrompt } from './trainedPrompt';

/**
 * Evaluates a suite and prints each result as it comes, the report last. What is no result goes to standard error.
 * @returns the exit code: 0 when every task was attempted, whatever the score
 */
export async function evalCommand(
  args: EvalRunArguments,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const say = (text: string): void => void process.stderr.write(`${visible(text)}\n`);
  const demo = args.endpoint === 'demo' ? await startDemoEndpoint() : undefined;
  try {
    const request = requestOf({ ...args, ...(demo && { endpoint: demo.url }) });
    const prompt = await trainedPrompt(args, signal);
    const results = await startEvaluation({ ...request, prompt }, signal, {
      suite({ faults }, { tasks, model }) {
        for (const fault of faults) say(inWords(fault));
        if (faults.length > 0) say(`${faults.length} tasks cannot be read and are left out.`);
        if (!args.json) write(`${tasks} tasks, ${visible(model)}\n`);
      },
      event(event) {
        if (event.type === 'result') write(args.json ? `${withoutTurns(event)}\n` : resultLine(event));
      },
    });
    const report = reportOf(results, args.prices);
    write(args.json ? `${JSON.stringify(report)}\n` : `\n${reportText([report])}`);
    return exitCodes.success;
  } catch (error) {
    if (signal.aborted) {
      if (args.out !== undefined) say(`Stopped. What was done is in ${args.out}; --resume goes on.`);
      return exitCodes.interrupted;
    }
    if (!UserError.is(error)) throw error;
    if (args.json) write(`${JSON.stringify(describeFailure(error))}\n`);
    say(error.message);
    return evalExitCode(error);
  } finally {
    await demo?.close();
  }
}

/** The exit code for what kept a suite from being run. */
export function evalExitCode(error: UserError): number {
  return /^evaluation\.(?:noSuite|results(?:Exist|Differ))/.test(error.code) ? exitCodes.usage : failureCode(error);
}

function requestOf(args: EvalRunArguments): EvaluationRequest {
  const { kind, suite, scripts, endpoint, model, apiKey, context } = args;
  return {
    ...args,
    suite: { kind, place: suite, scripts },
    endpoint: { baseUrl: endpoint, apiKey, model, contextLength: context, proxy: proxyFor(endpoint, process.env) },
    stepLimit: args.steps,
    machine: {
      image: args.image,
      engine: args.engine,
      network: args.network,
      promptTail: args.promptTail,
      writeLimitBytes: 2 * 1024 ** 3,
      commandTimeoutMs: 60_000,
      scriptTimeoutMs: 120_000,
    },
    database: {
      url: args.databaseUrl,
      statementTimeoutMs: 30_000,
      sqlWorker: path.join(__dirname, 'sqlWorker.js'),
    },
  };
}

/** Conversations are in the results file. */
export function withoutTurns(result: TaskResult): string {
  return JSON.stringify(result, (key, value: unknown) => (key === 'turns' ? undefined : value));
}

/** A result in one line for a person. */
export function resultLine({ task, attempt, category, passed, ending, steps, time, detail }: TaskResult): string {
  const mark = passed ? styleText('green', '✔') : styleText('red', '✘');
  const number = attempt === 0 ? '' : ` attempt ${attempt + 1}`;
  const why = ending === 'error' && detail !== null ? ` ${visible(detail.split('\n', 1)[0] ?? '')}` : '';
  const seconds = (time.totalMs / 1000).toFixed(1);
  return `${mark} ${visible(task)}${number} (${visible(category)}) ${ending}, ${steps} steps, ${seconds} s${why}\n`;
}
