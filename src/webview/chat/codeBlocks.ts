/** A piece of a reply: words, or code between two fences. */
export type ReplyPiece =
  | { readonly is: 'words'; readonly text: string }
  /** `whole` once its closing fence has arrived. */
  | { readonly is: 'code'; readonly language: string; readonly text: string; readonly whole: boolean };

const fence = /^[ \t]*(`{3,}|~{3,})([^`\n]*)$/;

/** Takes a reply apart at its fenced blocks. Everything else that Markdown knows stays the text it is. */
export function replyPieces(reply: string): readonly ReplyPiece[] {
  const pieces: ReplyPiece[] = [];
  let lines: string[] = [];
  let open: { readonly mark: string; readonly language: string } | undefined;
  const end = (whole: boolean): void => {
    const text = lines.join('\n');
    if (open) pieces.push({ is: 'code', language: open.language, text, whole });
    else if (text.trim() !== '') pieces.push({ is: 'words', text: text.trim() });
    lines = [];
  };
  for (const line of reply.split('\n')) {
    const [, mark = '', info = ''] = fence.exec(line) ?? [];
    if (!open && mark !== '') {
      end(true);
      open = { mark, language: info.trim().split(/\s/, 1)[0] ?? '' };
    } else if (open && mark.startsWith(open.mark) && info.trim() === '') {
      end(true);
      open = undefined;
    } else {
      lines.push(line);
    }
  }
  end(false);
  return pieces;
}
