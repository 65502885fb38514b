import type { UserError } from './errors';
import type { TaskKind } from './task';

/**
 * A task that an endpoint has proposed. It is text of a stranger: it is shown with nothing hidden, and none of it runs
 * outside of a sandbox.
 */
export type Proposal =
  | {
      readonly kind: 'os';
      /** What the agent is asked. */
      readonly text: string;
      /** Bash that solves it: prints the answer where there is no check, else does what the check looks for. */
      readonly reference: string;
      /** Bash that exits with 0 when the task is done. */
      readonly check?: string;
    }
  | {
      readonly kind: 'db';
      readonly text: string;
      /** One statement that gives the answer, or makes the change. */
      readonly reference: string;
    };

/** Why a proposal became no task. */
export interface RefusedProposal {
  readonly proposal: Proposal;
  readonly reason: UserError;
}

/** Most characters of what is asked, and of a script: what is longer is no task for a window of 4,096 tokens. */
const limits = { text: 1000, script: 4000 };

/** A proposal in the form in which the model is shown tasks and writes new ones. */
export function proposalText(proposal: Proposal): string {
  const parts = [`Task: ${proposal.text}`];
  if (proposal.kind === 'db') parts.push(block('SQL', 'sql', proposal.reference));
  else if (proposal.check === undefined) parts.push(block('Answer', 'bash', proposal.reference));
  else parts.push(block('Check', 'bash', proposal.check), block('Solution', 'bash', proposal.reference));
  return parts.join('\n');
}

/** The proposals of a reply, in order. What does not keep to the form is left out, and nothing is added to the rest. */
export function readProposals(kind: TaskKind, reply: string): Proposal[] {
  const heads = [...reply.matchAll(/^[ \t]*(?:[-*#]+[ \t]*)?(?:\d+[.)][ \t]*)?\**Task(?:[ \t]+\d+)?\**:\**/gim)];
  return heads.flatMap(({ index, 0: head }, position) => {
    const end = heads[position + 1]?.index ?? reply.length;
    return readProposal(kind, reply.slice(index + head.length, end)) ?? [];
  });
}

function readProposal(kind: TaskKind, body: string): Proposal | undefined {
  const first = /^[ \t]*\**(?:Answer|Check|Solution|SQL)\**:/im.exec(body);
  const text = body.slice(0, first?.index).trim();
  if (text === '' || text.length > limits.text) return undefined;
  if (kind === 'db') {
    const statement = scriptAfter('SQL', body)?.replace(/;\s*$/, '');
    return statement === undefined ? undefined : { kind, text, reference: statement };
  }
  const answer = scriptAfter('Answer', body);
  if (answer !== undefined) return { kind, text, reference: answer };
  const [check, reference] = [scriptAfter('Check', body), scriptAfter('Solution', body)];
  return check === undefined || reference === undefined ? undefined : { kind, text, reference, check };
}

/** What stands in the fenced block after a label. */
function scriptAfter(label: string, body: string): string | undefined {
  const pattern = new RegExp(`^[ \\t]*\\**${label}\\**:\\**\\s*\`\`\`[a-z]*[ \\t]*\\n([^]*?)\\n?[ \\t]*\`\`\``, 'im');
  const script = pattern.exec(body)?.[1]?.trim() ?? '';
  return script === '' || script.length > limits.script ? undefined : script;
}

function block(label: string, language: string, script: string): string {
  return `${label}:\n\`\`\`${language}\n${script}\n\`\`\``;
}
