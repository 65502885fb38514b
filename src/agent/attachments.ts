import { visible } from './hiddenCharacters';

/** Something that a user puts beside their words: a selection, a file, the listing of a folder. */
export interface Attachment {
  /** As the model and the user read it, e.g. `src/orders.py, lines 3 to 9`. */
  readonly label: string;
  readonly text: string;
}

/** The user's words and what they put beside them, each in a fence that nothing in it can close. */
export function withAttachments(words: string, attachments: readonly Attachment[] = []): string {
  return [words, ...attachments.map(attached)].join('\n\n');
}

function attached({ label, text }: Attachment): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `The content of ${visible(label)}:\n\n${fence}\n${text.trimEnd()}\n${fence}`;
}
