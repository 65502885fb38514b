/**
 * Hands on the thought of a reply as it streams in, and nothing of the action: a reply is `Think: …` and then a line
 * `Act: …` (OS task), or a free thought and then a line `Action: …` (database task).
 */
export class ThoughtStream {
  private reply = '';
  private said = 0;

  /** The reply goes on. @returns what is new of the thought */
  add(delta: string): string {
    this.reply += delta;
    const thought = thoughtOf(this.reply);
    const more = thought.slice(this.said);
    this.said = Math.max(this.said, thought.length);
    return more;
  }

  /** The next reply begins. */
  reset(): void {
    this.reply = '';
    this.said = 0;
  }
}

/** What certainly belongs to the thought: neither the line of the action, nor what may become it, nor space before it. */
function thoughtOf(reply: string): string {
  const text = reply.trimStart();
  if ('Think:'.startsWith(text)) return '';
  const action = /^[ \t]*(?:Act|Action):/m.exec(text)?.index;
  const beginning = /(?:^|\n)[ \t]*(?:A|Ac|Act|Acti|Actio|Action)$/.exec(text)?.index;
  return text
    .slice(0, action ?? beginning)
    .replace(/^Think:\s*/, '')
    .trimEnd();
}
