/** A run of characters that keys are made of. */
const candidate = /(?<![A-Za-z\d+/_=-])[A-Za-z\d+/_=-]{24,200}/g;

/** What stands before something random that is public: hashes, digests, public keys, certificates, identifiers. */
const publicBefore =
  /(?:sha\d{1,3}[-:= ]|integrity["']?: ?["']?|ssh-(?:rsa|ed25519|dss) |ecdsa-sha2-\S+ |BEGIN CERTIFICATE[^]{0,4000}|BEGIN PUBLIC KEY[^]{0,2000}|BEGIN PGP (?:PUBLIC|MESSAGE|SIG)[^]{0,4000}|data:[\w/+.-]+;base64,|(?:etag|nonce|fingerprint|checksum|digest|hash|build-?id|commit|revision|_id|uuid|guid)["']?\s{0,2}[:=]\s{0,2}["']?(?:W\/)?["']?)$/i;

/** Stretches that are random enough to be a key, and are not known to be something public. */
export function highEntropy(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const match of text.matchAll(candidate)) {
    const [token] = match;
    if (!partsOf(token).some(looksRandom)) continue;
    const before = text.slice(Math.max(0, match.index - 4000), match.index);
    if (publicBefore.test(before) || decodesToText(token)) continue;
    found.push({ start: match.index, end: match.index + token.length });
  }
  return found;
}

/** What of a token is one word: of an absolute path each long name, since a folder for temporary files is no secret. */
function partsOf(token: string): readonly string[] {
  return token.startsWith('/') ? token.split('/').filter((name) => name.length >= 24) : [token];
}

/**
 * Letters of both cases and digits, mixed as chance mixes them. Identifiers and paths change their kind of character a few
 * times, at the start of words; hexadecimal is what hashes and ids look like and tells nothing.
 */
function looksRandom(token: string): boolean {
  const core = token.replace(/=+$/, '');
  if (!/[a-z]/.test(core) || !/[A-Z]/.test(core) || (core.match(/\d/g)?.length ?? 0) < 2) return false;
  if (/^[\da-f-]+$/i.test(core) || (core.match(/[/_-]/g)?.length ?? 0) > core.length / 6) return false;
  let changes = 0;
  for (let index = 1; index < core.length; index++) {
    if (kindOf(core.charCodeAt(index)) !== kindOf(core.charCodeAt(index - 1))) changes++;
  }
  return changes / core.length > 0.38 && entropy(core) > 3.7;
}

function kindOf(code: number): 0 | 1 | 2 | 3 {
  if (code >= 0x61 && code <= 0x7a) return 0;
  if (code >= 0x41 && code <= 0x5a) return 1;
  return code >= 0x30 && code <= 0x39 ? 2 : 3;
}

/** Shannon's entropy in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Whether Base64 says something that a person could read: what was encoded was no key. */
function decodesToText(token: string): boolean {
  const core = token.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  let readable = 0;
  let bytes = 0;
  for (let index = 0; index + 3 < core.length; index += 4) {
    let bits = 0;
    for (let offset = 0; offset < 4; offset++) bits = bits * 64 + alphabet.indexOf(core[index + offset] ?? 'A');
    for (const byte of [(bits >> 16) & 255, (bits >> 8) & 255, bits & 255]) {
      bytes++;
      if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09) readable++;
    }
  }
  return bytes > 0 && readable / bytes > 0.95;
}
