import { styleText } from 'node:util';
import type { EndpointCheck, EndpointReport } from '../agent/endpointFacts';
import { visible } from '../agent/hiddenCharacters';
import { startDemoEndpoint } from '../runtime/demo/server';
import { diagnose } from '../runtime/endpointInspection';
import type { DoctorArguments } from './doctorArguments';
import { exitCodes } from './exitCodes';
import { proxyFor } from './proxy';

/**
 * Tests an endpoint and prints each finding as it comes, or all of them as one JSON object.
 * @returns the exit code
 */
export async function doctorCommand(
  { endpoint, model, apiKey, json }: DoctorArguments,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const demo = endpoint === 'demo' ? await startDemoEndpoint() : undefined;
  try {
    const baseUrl = demo?.url ?? endpoint;
    const proxy = proxyFor(baseUrl, process.env);
    const examination = diagnose({ baseUrl, model, apiKey, proxy }, signal);
    const report = await follow(examination, json ? () => {} : (check) => write(`${inWords(check)}\n`));
    const { engine, version, models, contextLength, checks } = report;
    if (json) write(`${JSON.stringify({ engine, version, models, contextLength, checks })}\n`);
    else write(`\n${summary(report)}\n`);
    // Without an engine, nobody was there to be tested.
    if (engine === null) return exitCodes.endpoint;
    return checks.some(({ status }) => status === 'fail') ? exitCodes.failure : exitCodes.success;
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    await demo?.close();
  }
}

async function follow(
  examination: AsyncGenerator<EndpointCheck, EndpointReport>,
  hear: (check: EndpointCheck) => void,
): Promise<EndpointReport> {
  for (;;) {
    const next = await examination.next();
    if (next.done) return next.value;
    hear(next.value);
  }
}

const looks = { pass: 'green', warn: 'yellow', fail: 'red' } as const;

function inWords({ id, status, detail }: EndpointCheck): string {
  return `${styleText(looks[status], status.padEnd(5))} ${id.padEnd(13)} ${visible(detail)}`;
}

function summary({ checks }: EndpointReport): string {
  const count = (wanted: EndpointCheck['status']): number => checks.filter(({ status }) => status === wanted).length;
  return `${count('pass')} passed, ${count('warn')} to look at, ${count('fail')} failed.`;
}
