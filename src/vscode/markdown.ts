/**
 * A text that shows as itself in Markdown, on one line: every ASCII punctuation character can be escaped (CommonMark 0.31,
 * 2.4). `MarkdownString.appendText` does the same with spaces that no line can be broken at.
 */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** A text that shows as itself in Markdown, line by line: a backslash at the end of a line breaks it. */
export function escapeMarkdownLines(text: string): string {
  return text.split(/\r?\n/).map(escapeMarkdown).join('\\\n');
}

/** A text on one line as code, which breaks where a block would have to be scrolled. */
export function inlineCode(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1);
  return `${fence} ${text} ${fence}`;
}

/** A block of code whose text cannot end it. */
export function codeBlock(text: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `\n${fence}${language}\n${text}\n${fence}\n`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
