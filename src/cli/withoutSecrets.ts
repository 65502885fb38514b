import type { Dialogue } from '../agent/conversation';
import { findSecrets, withoutOverlaps } from '../dataset/secrets/findSecrets';
import { namedSecrets } from '../dataset/secrets/namedSecrets';
import { propose, redact } from '../dataset/secrets/redact';

/**
 * The trajectory with every secret replaced that is found in it, because in a terminal nobody is asked which may stay.
 * @param variables whose secrets are known
 */
export async function withoutSecrets(
  dialogue: Dialogue,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly dialogue: Dialogue; readonly replaced: number }> {
  // Its rules are large.
  const { secretlintFindings } = await import('../runtime/trajectories/secretlint');
  const known = namedSecrets(variables);
  const findings = await Promise.all(
    dialogue.conversations.map(async ({ value }) =>
      withoutOverlaps([...findSecrets(value, known), ...(await secretlintFindings(value))]),
    ),
  );
  const proposals = propose(dialogue, findings);
  return { dialogue: redact(dialogue, proposals), replaced: proposals.length };
}
