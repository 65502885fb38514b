/** Words that people write where a secret would stand. */
const standIns =
  /^(?:\W*(?:your|my|the|some|new|old|user|db|admin|root|test|temp|dummy|fake|sample|example|placeholder|redacted|removed|hidden|masked|change|insert|enter|replace|put|secret|pass|password|passwd|passphrase|pwd|token|api|key|access|auth|client|value|here|string|name|me|this|it|in|with|to|hash|field|column|foo|bar|baz|none|null|nil|undefined|true|false|required|optional|unknown|default|empty|prompt|stdin|env|file|varchar|char|text|int|not)\W*)+\d*$/i;

/** References to a secret that stands elsewhere: `$X`, `${{ x }}`, `%X%`, `process.env.X`, `config.secret`, `get_token()`. */
const reference =
  /^(?:\$[\w{(]|%\w+%$|\{\{|<|\[|@[\w/]|(?:process\.env|os\.environ|os\.getenv|env|self|this|config|settings|args|options|request|req|ctx|data|params|props|secrets|var|local|input|row|user|tokenizer)[.[(])|\($|[\w.]+\(/i;

/** Whether a value stands in for a secret: a name for it, a reference to it, or one character again and again. */
export function isPlaceholder(value: string): boolean {
  return (
    standIns.test(value) ||
    reference.test(value) ||
    /^(.)\1*$/.test(value) ||
    /^[*x•.\-_]+$/i.test(value) ||
    /(?:\*{3}|x{4}|\.{3}|EXAMPLE)/.test(value) ||
    value.startsWith('REDACTED_')
  );
}

/** Whether a value looks chosen as a secret rather than like an everyday word: a digit, a symbol inside, or mixed case. */
export function looksChosen(value: string): boolean {
  if (/^[\d.,:/-]+$/.test(value)) return /^\d{6,}$/.test(value);
  // Paths, URLs, file names and member accesses are spoken of, not kept secret.
  if (/^(?:[./~]|[a-z]+:\/\/)|\/.*\/|^[a-z_]+(?:[./][a-z_]+)+$/i.test(value)) return false;
  return /\d/.test(value) || /[^\w.\s-]/.test(value.replace(/[.:!?]+$/, '')) || /[a-z][A-Z].*[a-z][A-Z]/.test(value);
}

/** User names that name nobody. */
const nobody = new Set(
  'user users username ubuntu debian root admin administrator runner node app vscode coder codespace jovyan www-data www guest public default shared test tester nobody git ec2-user centos fedora vagrant docker pi me you name alice bob demo sandbox agent deploy build linuxbrew lost+found all new'.split(
    ' ',
  ),
);

export function namesNobody(user: string): boolean {
  return nobody.has(user.toLowerCase()) || /^user[\d_]*$/i.test(user) || isPlaceholder(user);
}

/** Addresses that are nobody's: reserved for examples (RFC 2606), robots, and names that only look like addresses. */
const nobodysAddress =
  /@(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net))?|test|invalid|localhost|local|localdomain|domain\.com|email\.com|users\.noreply\.github\.com)$|^(?:no-?reply|git|hg|svn|noreply)@|@\S+\.(?:png|jpe?g|gif|svg|webp|service|target|socket|timer|mount|slice|js|ts|py|md|css|html|json|conf|txt|log|sh)$/i;

export function isNobodysAddress(address: string): boolean {
  return nobodysAddress.test(address);
}
