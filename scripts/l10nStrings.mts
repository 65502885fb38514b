import { glob, readFile } from 'node:fs/promises';

/** A text in English, and what stands for it. */
export type Bundle = Readonly<Record<string, string>>;

export interface Strings {
  /** Each once, in the order of the alphabet. */
  readonly strings: readonly string[];
  /** Files with a text that is put together while the program runs, so that nobody can translate it. */
  readonly unreadable: readonly string[];
}

const literal = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;
/** With or without values in it. */
const template = String.raw`\`(?:[^\`\\]|\\.)*\``;
const call = new RegExp(String.raw`\bvscode\.l10n\.t\(\s*(?:(${literal})|(error\.template)\b)?`, 'g');
const userError = new RegExp(String.raw`\bnew UserError\(\s*(?:${literal}|${template}|[\w.]+),\s*(${literal})?`, 'g');
const anyText = new RegExp(`(${literal})|${template}`, 'g');

/** A literal that a person could read as a sentence: so look templates that a UserError gets from a table. */
const sentence = /^(?:\{\d\}|[A-Z“]).*[ ].*[.]$/s;

/**
 * Reads the texts out of src/: what `vscode.l10n.t` is given, and the templates of UserErrors, which every surface says
 * through it. In a file that takes a template from elsewhere, every sentence counts as one. The command line speaks English.
 */
export async function collectStrings(): Promise<Strings> {
  const strings = new Set<string>();
  const unreadable: string[] = [];
  for await (const file of glob('src/**/*.ts', { exclude: ['src/cli/**', 'src/webview/**'] })) {
    const code = (await readFile(file, 'utf8')).replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    let fromTable = false;
    for (const [, text, ofError] of code.matchAll(call)) {
      if (text !== undefined) strings.add(valueOf(text));
      else if (ofError === undefined) unreadable.push(file);
    }
    for (const [, text] of code.matchAll(userError)) {
      if (text === undefined) fromTable = true;
      else strings.add(valueOf(text));
    }
    if (!fromTable) continue;
    for (const [, text = ''] of code.matchAll(anyText)) {
      if (sentence.test(valueOf(text))) strings.add(valueOf(text));
    }
  }
  return { strings: [...strings].sort(), unreadable };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

function valueOf(source: string): string {
  return source
    .slice(1, -1)
    .replace(/\\(?:u([\da-fA-F]{4})|(.))/gs, (_, code: string | undefined, character = '') =>
      code === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
    );
}
