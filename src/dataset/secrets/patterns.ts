/** One kind of secret and how it looks. */
export interface SecretPattern {
  readonly kind: string;
  /** Global; the secret is the group `secret`, or the whole match where there is none. Linear on any text. */
  readonly pattern: RegExp;
  /** A small-letter text without which the pattern cannot match: most texts are passed over for a substring search. */
  readonly hint: string;
  /** Whether a value that looks like a stand-in ("<password>", "$TOKEN", "changeme") is none. */
  readonly mayBePlaceholder?: true;
  /** Whether a value must look chosen (a digit, a symbol, mixed case), because the words around it are everyday ones. */
  readonly chosen?: true;
}

const value = `(?<secret>[^\\s"'\`,;(){}<>\\\\|&]{6,200})`;
const quotedValue = `(?:"(?<secret>[^"\\n]{6,200})"|'(?<secret2>[^'\\n]{6,200})')`;
/** A name that ends in a word for a secret: `DB_PASSWORD`, `clientSecret`, `api-key`. */
const secretName = `(?:pass(?:word|wd|phrase)?|pwd|secret(?:[_-]?key)?|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|encryption[_-]?key|signing[_-]?key|token|credentials?)`;

/** The shapes of secrets that have one, the most telling first. Sources: the documentation of each issuer. */
export const patterns: readonly SecretPattern[] = [
  {
    kind: 'private-key',
    hint: 'private key',
    pattern:
      /-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[^]){20,20000}?(?:-----END (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  {
    kind: 'jwt',
    hint: 'eyj',
    pattern: /\beyJ[\w-]{10,2000}\.eyJ[\w-]{5,4000}\.[\w-]{10,2000}/g,
  },
  { kind: 'aws-access-key', hint: 'a', pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)(?!\w*EXAMPLE)[A-Z2-7]{16}\b/g },
  {
    kind: 'aws-secret-key',
    hint: 'aws',
    pattern:
      /\baws[\w.-]{0,20}[^\w\n]{1,4}(?:[^\n]{0,20}?\W)?(?<secret>(?![A-Za-z0-9/+]*EXAMPLE)[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
  },
  { kind: 'github-token', hint: 'gh', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})\b/g },
  { kind: 'gitlab-token', hint: 'gl', pattern: /\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w-]{20,}/g },
  { kind: 'slack-token', hint: 'xox', pattern: /\bxox[abeoprs]-(?:[\dA-Za-z]{1,14}-)*[\dA-Za-z]{10,}/g },
  {
    kind: 'webhook',
    hint: 'hook',
    pattern:
      /https:\/\/(?:hooks\.slack\.com\/(?:services|workflows)\/[\w/]{20,}|(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d{10,}\/[\w-]{30,})/g,
  },
  { kind: 'google-key', hint: 'aiza', pattern: /\bAIza[\w-]{35}(?![\w-])/g },
  { kind: 'google-oauth', hint: 'gocspx', pattern: /\bGOCSPX-[\w-]{20,}/g },
  { kind: 'stripe-key', hint: '_', pattern: /\b(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}\b/g },
  { kind: 'openai-key', hint: 'sk-', pattern: /\bsk-(?:(?:proj|svcacct|admin|None)-)?[\w-]{20,}/g },
  { kind: 'huggingface-token', hint: 'hf_', pattern: /\bhf_[A-Za-z]{30,}\b/g },
  { kind: 'npm-token', hint: 'npm_', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: 'pypi-token', hint: 'pypi-', pattern: /\bpypi-AgE[\w-]{40,}/g },
  { kind: 'sendgrid-key', hint: 'sg.', pattern: /\bSG\.[\w-]{16,32}\.[\w-]{32,64}/g },
  { kind: 'twilio-key', hint: 'sk', pattern: /\bSK[\da-f]{32}\b/g },
  { kind: 'telegram-token', hint: ':aa', pattern: /\b\d{8,10}:AA[\w-]{33}(?![\w-])/g },
  { kind: 'digitalocean-token', hint: '_v1_', pattern: /\bdo[opr]_v1_[\da-f]{64}\b/g },
  { kind: 'azure-key', hint: 'accountkey', pattern: /\bAccountKey=(?<secret>[A-Za-z0-9+/]{40,}={0,2})/gi },
  {
    kind: 'url-password',
    hint: '://',
    pattern: /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s/:@"'<>]{0,100}:(?<secret>[^\s/@"'<>]{3,200})@[\w.[\]-]/gi,
    mayBePlaceholder: true,
  },
  {
    kind: 'authorization',
    hint: 'authorization',
    pattern:
      /\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer|basic|token|apikey)\s{1,3}(?<secret>[\w+/=.~-]{8,2000})/gi,
    mayBePlaceholder: true,
  },
  {
    kind: 'password-hash',
    hint: '$',
    pattern: /(?<![\w$])\$(?:1|5|6|7|y|2[abxy]|apr1|argon2(?:id|i|d))\$[\w./$=,+-]{20,200}/g,
  },
  {
    kind: 'password',
    hint: 'identified',
    pattern:
      /\bidentified\s{1,3}(?:with\s{1,3}\w{1,40}\s{1,3})?by\s{1,3}(?:password\s{1,3})?["'](?<secret>[^"'\n]{3,200})["']/gi,
    mayBePlaceholder: true,
  },
  {
    kind: 'password',
    hint: 'mysql',
    pattern: /\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;&]{0,100}?\s-p(?<secret>[^\s"'-][^\s"']{3,100})/g,
    mayBePlaceholder: true,
  },
  {
    kind: 'password',
    hint: 'sshpass',
    pattern: /\bsshpass\s{1,3}-p\s{0,3}["']?(?<secret>[^\s"']{3,100})/g,
    mayBePlaceholder: true,
  },
  {
    kind: 'password',
    hint: 'curl',
    pattern: /\bcurl\b[^\n|;&]{0,200}?\s(?:-u|--user)[ =]["']?[^\s:"']{1,60}:(?<secret>[^\s"']{3,100})/g,
    mayBePlaceholder: true,
  },
  {
    kind: 'password',
    hint: 'passwd',
    pattern:
      /\becho\s{1,3}(?:-\w{1,3}\s{1,3})?["']?[\w.$-]{1,40}:(?<secret>[^\s"'|]{4,100})["']?\s{0,3}\|\s{0,3}(?:sudo\s{1,3})?chpasswd/g,
    mayBePlaceholder: true,
  },
  {
    kind: 'password',
    hint: 'machine',
    pattern: /\bmachine\s{1,3}\S{1,100}\s{1,3}login\s{1,3}\S{1,100}\s{1,3}password\s{1,3}(?<secret>\S{4,200})/g,
    mayBePlaceholder: true,
  },
  {
    kind: 'password',
    hint: '',
    pattern: new RegExp(`${secretName}\\d?["']?\\s{0,3}(?:=>|:=|=|:)\\s{0,3}${quotedValue}`, 'gi'),
    mayBePlaceholder: true,
    chosen: true,
  },
  {
    kind: 'password',
    hint: '',
    pattern: new RegExp(`${secretName}\\d?["']?(?:\\s{0,3}(?:=>|:=|:)\\s{0,3}|\\s{0,3}=\\s{0,3})${value}`, 'gi'),
    mayBePlaceholder: true,
    chosen: true,
  },
  {
    kind: 'password',
    hint: 'pass',
    pattern:
      /(?:\bpass(?:word|phrase)?\s{1,3}(?:is|was|to|of)\s{1,3}["'`]?|--pass(?:word|phrase)?\s{1,3}["']?)(?<secret>[^\s"'`,;]{6,100})/gi,
    mayBePlaceholder: true,
    chosen: true,
  },
  {
    kind: 'home-path',
    hint: 'home/',
    pattern: /(?<![\w.])\/home\/(?<secret>[a-z_][\w.-]{1,31})(?=[/\s"':;,)\]]|$)/g,
    mayBePlaceholder: true,
  },
  {
    kind: 'home-path',
    hint: 'users',
    pattern:
      /(?:(?<![\w.])\/Users\/|\b[A-Z]:\\{1,2}Users\\{1,2})(?<secret>[A-Za-z_][\w.-]{1,31})(?=[\\/\s"':;,)\]]|$)/g,
    mayBePlaceholder: true,
  },
  {
    kind: 'email',
    hint: '@',
    pattern: /(?<![\w.%+/:@-])[\w%+][\w.%+-]{0,63}@(?:[a-z\d](?:[a-z\d-]{0,40}[a-z\d])?\.){1,5}[a-z]{2,18}(?![\w@-])/gi,
  },
];
