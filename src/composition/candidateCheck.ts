import type { AcceptanceCheck, AcceptanceProblem, Candidate, FoundSecret } from '../agent/acceptance';
import { human, type Dialogue } from '../agent/conversation';
import { propose, redact } from '../dataset/secrets/redact';
import type { Problem } from '../dataset/problem';
import { Validator } from '../dataset/validate';
import { conversationTokens } from '../runtime/trajectories/tokenCounts';
import { everySecret } from './secretSearch';

/** Tokens that the model reads (Llama-2). */
const maxTokens = 4096;

/** What is only strange, so that a person may know better. Everything else keeps a trainer from learning what was meant. */
const strange: ReadonlySet<Problem['code']> = new Set([
  'action',
  'observation',
  'duplicate',
  'near-duplicate',
  'poison',
  'test-task',
]);

/** Finds secrets and problems of a trajectory that is to become training data. */
export async function checkCandidate(
  { dialogue, corrections, review }: Candidate,
  known: readonly string[],
): Promise<AcceptanceCheck> {
  const secrets = await secretsOf(dialogue, corrections, review.replaced, known);
  const after = redact(dialogue, review.replaced);
  return { secrets, problems: await problemsOf(after) };
}

/** The original of a correction is looked through as well: it becomes the other half of a preference. */
async function secretsOf(
  { id, conversations }: Dialogue,
  corrections: Candidate['corrections'],
  decided: Candidate['review']['replaced'],
  known: readonly string[],
): Promise<FoundSecret[]> {
  const texts = [...conversations, ...corrections.map(({ original }) => human(original))];
  const findings = await Promise.all(texts.map(({ value }) => everySecret(value, known)));
  const turnOf = (index: number): number => corrections[index - conversations.length]?.turn ?? index;
  return propose({ id, conversations: texts }, findings, decided).map((found) => ({
    ...found,
    turns: [...new Set(found.turns.map(turnOf))].sort((a, b) => a - b),
  }));
}

async function problemsOf(dialogue: Dialogue): Promise<AcceptanceProblem[]> {
  const { tokenCount } = await import('../runtime/endpoint/llamaTokenizer');
  const validator = new Validator({ maxTokens, countTokens: (turns) => conversationTokens(turns, tokenCount) });
  const row = { place: { file: '', row: 1, line: undefined }, format: 'recorded', dialogue, about: {} } as const;
  validator.learn(row);
  const { problems } = await validator.check(row);
  return problems
    .filter(({ code }) => code !== 'secret')
    .map((problem) => ({ ...problem, blocks: !strange.has(problem.code) }));
}
