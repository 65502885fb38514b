import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

/** A stretch of a text that secretlint takes for a secret. */
interface SecretStretch {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** Cheap and generous: a text without any of these holds nothing that a rule of the preset could find. */
const worthALook = /(?<![A-Za-z\d+/_=-])[A-Za-z\d+/_=-]{16}|:\/\/[^\s/]*@|PRIVATE KEY/;

/** What the recommended rules of secretlint find in a text. They know the shapes of tokens of many services. */
export async function secretlintFindings(text: string): Promise<SecretStretch[]> {
  if (!worthALook.test(text)) return [];
  const { messages } = await lintSource({
    source: { filePath: 'turn.txt', content: text, contentType: 'text' },
    options: { config: { rules: [{ id: '@secretlint/preset-recommend', rule: creator }] }, noPhysicFilePath: true },
  });
  return messages.map(({ ruleId, range: [start, end] }) => ({
    kind: ruleId.replace(/^.*secretlint-rule-/, ''),
    start,
    end,
  }));
}
