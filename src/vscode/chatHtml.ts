/** What the page is made of; every address as the webview gives it. */
export interface ChatHtml {
  readonly script: string;
  readonly style: string;
  /** The origin that VS Code serves the extension's own files from. */
  readonly cspSource: string;
  /** A new one for each page: only the script that carries it runs. */
  readonly nonce: string;
  readonly language: string;
  readonly title: string;
}

/** The page around the chat: one script, one style sheet, and leave for nothing else, least of all the network. */
export function chatHtml({ script, style, cspSource, nonce, language, title }: ChatHtml): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(title)}</title>
    <link rel="stylesheet" href="${escapeHtml(style)}">
  </head>
  <body>
    <script nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script>
  </body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
