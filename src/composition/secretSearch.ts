import { findSecrets, withoutOverlaps, type Finding } from '../dataset/secrets/findSecrets';
import { secretlintFindings } from '../runtime/trajectories/secretlint';

/**
 * Every secret that a text seems to hold, by our own patterns and by those of secretlint. What both know has our name.
 * @param known secrets word by word
 */
export async function everySecret(text: string, known: readonly string[]): Promise<Finding[]> {
  return withoutOverlaps([...findSecrets(text, known), ...(await secretlintFindings(text))]);
}
