import type { ApprovalMode, Judgement } from '../agent/approval';
import { fill } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { judgeUnreadable, openShellPolicy } from '../runtime/shell/policy/shellPolicy';
import { exitCodes } from './exitCodes';
import type { PolicyArguments } from './policyArguments';

/**
 * Tells what would become of commands, each as the first of a run in this folder, and runs none of them.
 * @returns the exit code
 */
export async function policyCommand(
  { text, mode, json }: PolicyArguments,
  write: (text: string) => void,
  input: AsyncIterable<Uint8Array>,
): Promise<number> {
  const print = (judgement: Judgement): void => write(`${json ? asJson(judgement) : asText(judgement)}\n`);
  if (text !== undefined) print(judge(text, mode));
  else for await (const line of lines(input)) print(line === undefined ? judgeUnreadable() : judge(line, mode));
  return exitCodes.success;
}

function judge(command: string, mode: ApprovalMode): Judgement {
  return openShellPolicy(process.cwd()).judge(command, mode, []);
}

/** The lines of a stream; undefined for one that is no UTF-8. What follows the last line break is a line if it is anything. */
async function* lines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined> {
  let rest = Buffer.alloc(0);
  for await (const chunk of input) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      yield decode(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield decode(rest);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function asJson({ verdict, reason, part }: Judgement): string {
  return JSON.stringify({ verdict, reason: fill(reason.template, reason.values), part });
}

/** Verdict, reason and part in columns, on one line whatever the part holds. */
function asText({ verdict, reason, part }: Judgement): string {
  const columns = [verdict, fill(reason.template, reason.values), ...(part === undefined ? [] : [part])];
  return columns.map((column) => visible(column).replace(/\s/g, ' ')).join('\t');
}
