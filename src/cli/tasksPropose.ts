import path from 'node:path';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { proposalText, type RefusedProposal } from '../agent/proposal';
import type { Drafts } from '../runtime/proposals/draftTasks';
import { proposeTasks, type Proposed, type ProposeRequest } from '../runtime/proposals/proposeTasks';
import { confirm } from './confirm';
import { describeFailure } from './describeFailure';
import { exitCodes, failureCode } from './exitCodes';
import { ownEndpoint, type OwnEndpoint } from './ownEndpoint';
import { describeNotice } from './print';
import { proxyFor } from './proxy';
import type { ProposeArguments } from './tasksArguments';

/**
 * Asks an endpoint for tasks, shows them whole, tries them out when that is allowed, and adds the good ones to a file.
 * What the file holds then goes to standard output, everything else to standard error.
 * @returns the exit code: 0 when there is a new task
 */
export async function tasksPropose(
  args: ProposeArguments,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const say = (text: string): void => void process.stderr.write(`${visible(text)}\n`);
  let own: OwnEndpoint | undefined;
  let drafted = 0;
  try {
    own = await ownEndpoint(args, signal);
    const proposed = await proposeTasks(
      requestOf({ ...args, ...own?.place }, say),
      {
        drafted(count) {
          if (count > drafted) say(`${count} of ${args.count} proposed …`);
          drafted = count;
        },
        async mayTry(drafts) {
          for (const [index, proposal] of drafts.proposals.entries()) {
            say(`\n${index + 1}. ${proposalText(proposal)}`);
          }
          if (drafts.failure) say(`\nThere are no more: ${drafts.failure.message}`);
          return args.yes || confirm(question(args, drafts), signal);
        },
        tried: (done) => say(`${done} tried out …`),
      },
      signal,
    );
    if (proposed === undefined) {
      say('Nothing was tried out, and nothing written.');
      return exitCodes.failure;
    }
    tell(args, proposed, write, say);
    return proposed.added > 0 ? exitCodes.success : exitCodes.failure;
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    if (!UserError.is(error)) throw error;
    if (args.json) write(`${JSON.stringify(describeFailure(error))}\n`);
    say(error.message);
    return /^proposal\.(?:file|place)/.test(error.code) ? exitCodes.usage : failureCode(error);
  } finally {
    await own?.close();
  }
}

function requestOf(args: ProposeArguments, say: (text: string) => void): ProposeRequest {
  const { endpoint, model, apiKey, context, temperature = 0.7, seed, image, engine } = args;
  return {
    ...args,
    endpoint: {
      baseUrl: endpoint,
      apiKey,
      model,
      contextLength: context,
      temperature,
      seed,
      proxy: proxyFor(endpoint, process.env),
      onNotice: (notice) => say(describeNotice(notice)),
    },
    machine: { image, engine, network: false, writeLimitBytes: 2 * 1024 ** 3 },
    scriptTimeoutMs: 30_000,
    database: { statementTimeoutMs: 30_000, sqlWorker: path.join(__dirname, 'sqlWorker.js') },
  };
}

function question({ kind, place, image }: ProposeArguments, { proposals }: Drafts): string {
  const where =
    kind === 'db'
      ? 'in the SQL sandbox'
      : image === undefined
        ? 'in a fresh view of this machine'
        : `in containers of ${image}`;
  return `\nTry ${proposals.length} out? Each runs ${where}, without network, on a copy of ${place}, which is thrown away. [y]es, [n]o: `;
}

function tell(
  { file, json }: ProposeArguments,
  { added, refused, drafts: { repeated } }: Proposed,
  write: (text: string) => void,
  say: (text: string) => void,
): void {
  if (json) {
    write(`${JSON.stringify({ type: 'proposed', file, added, repeated, refused: refused.map(asJson) })}\n`);
    return;
  }
  for (const { proposal, reason } of refused) say(`Left out: ${proposal.text}\n  ${reason.message}`);
  if (repeated > 0) say(`${repeated} said again what was there.`);
  write(
    added === 0
      ? `No task was added to ${visible(file)}.\n`
      : `${added} ${added === 1 ? 'task was' : 'tasks were'} added to ${visible(file)}. Read and change them, then run them with agentlm tasks run.\n`,
  );
}

function asJson({ proposal, reason }: RefusedProposal) {
  return { task: proposal.text, code: reason.code, message: reason.message };
}
