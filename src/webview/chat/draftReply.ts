/** A reply that is still arriving. */
export interface DraftReply {
  readonly thought: string;
  /** What stands in the block of the action so far; undefined before the line that announces an action. */
  readonly action: string | undefined;
}

/**
 * For the eye only, the extension does the real parsing: a reply is `Think: …` and then a line `Act: …` (OS task), or a
 * free thought and then a line `Action: …` (database task), with the action in a fenced block.
 */
export function readDraft(text: string): DraftReply {
  const start = /^[ \t]*(?:Act|Action):/m.exec(text)?.index;
  const thought = text
    .slice(0, start)
    .replace(/^\s*Think:/, '')
    .trim();
  if (start === undefined) return { thought, action: undefined };
  const block = /^[ \t]*```.*\n([^]*)/m.exec(text.slice(start))?.[1] ?? '';
  return { thought, action: block.replace(/\n?`{1,3}\s*$/, '') };
}
