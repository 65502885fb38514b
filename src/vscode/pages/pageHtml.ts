import { escapeHtml } from '../../agent/html';

/** What the page is made of; every address as the webview gives it. */
export interface PageHtml {
  readonly script: string;
  readonly styles: readonly string[];
  /** The origin that VS Code serves the extension's own files from. */
  readonly cspSource: string;
  /** A new one for each page: only the script that carries it runs. */
  readonly nonce: string;
  readonly language: string;
  readonly title: string;
}

/** The document around a page: one script, its style sheets, and leave for nothing else, least of all the network. */
export function pageHtml({ script, styles, cspSource, nonce, language, title }: PageHtml): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    // Nothing becomes markup or script but the templates that are part of the page, and the plot; each bundle has a lit.
    `require-trusted-types-for 'script'`,
    `trusted-types lit-html agentlm-plot 'allow-duplicates'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(title)}</title>
${styles.map((style) => `    <link rel="stylesheet" href="${escapeHtml(style)}">`).join('\n')}
  </head>
  <body>
    <script nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script>
  </body>
</html>
`;
}
