import { glob, readFile } from 'node:fs/promises';

/** A text in English, and what stands for it. */
export type Bundle = Readonly<Record<string, string>>;

export interface Strings {
  /** Each once, in the order of the alphabet. */
  readonly strings: readonly string[];
  /** Files with a text that is put together while the program runs, so that nobody can translate it. */
  readonly unreadable: readonly string[];
}

const oneLiteral = String.raw`(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")`;
/** A long text is written as several, one a line. */
const literal = String.raw`${oneLiteral}(?:\s*\+\s*${oneLiteral})*`;
/** With or without values in it. */
const template = String.raw`\`(?:[^\`\\]|\\.)*\``;
const call = new RegExp(String.raw`\bvscode\.l10n\.t\(\s*(?:(${literal})|((?:error|reason)\.template)\b)?`, 'g');
const userError = new RegExp(String.raw`\bnew UserError\(\s*(?:${literal}|${template}|[\w.]+),\s*(${literal})?`, 'g');
const anyText = new RegExp(`(${literal})|${template}`, 'g');

/** What makes a judgement of the approval policy: its code. */
const policyReason = /\bcode: ['`]policy\./;

/** A literal that a person could read as a sentence: so look templates that a UserError gets from a table. */
const sentence = /^(?:\{\d\}|[A-Z“]).*[ ].*(?:[.]|\{\d\})$/s;

/**
 * Reads the texts out of src/: what `vscode.l10n.t` is given, and the templates of UserErrors and of the approval policy,
 * which every surface says through it. In a file of the policy, or one where a UserError takes its template from elsewhere,
 * every sentence counts as one. The command line speaks English.
 */
export async function collectStrings(): Promise<Strings> {
  const strings = new Set<string>();
  const unreadable: string[] = [];
  for await (const file of glob('src/**/*.ts', { exclude: ['src/cli/**', 'src/webview/**'] })) {
    const code = (await readFile(file, 'utf8')).replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    let fromTable = policyReason.test(code);
    for (const [, text, ofOther] of code.matchAll(call)) {
      if (text !== undefined) strings.add(valueOf(text));
      else if (ofOther === undefined) unreadable.push(file);
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
  return [...source.matchAll(new RegExp(oneLiteral, 'g'))].map(([written]) => unescaped(written.slice(1, -1))).join('');
}

function unescaped(written: string): string {
  return written.replace(/\\(?:u([\da-fA-F]{4})|(.))/gs, (_, code: string | undefined, character = '') =>
    code === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
