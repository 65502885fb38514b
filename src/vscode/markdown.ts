/**
 * A text that shows as itself in Markdown, on one line: every ASCII punctuation character can be escaped (CommonMark 0.31,
 * 2.4). `MarkdownString.appendText` does the same with spaces that no line can be broken at.
 */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
