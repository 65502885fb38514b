/** A name whose value is nobody's business. */
const secretName =
  /(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|authorization|(?:api|access|auth|private|signing|encryption)[_-]?key)\d?$/i;

/** A path says where something is: `PWD`, `SSL_KEY=/etc/ssl/key.pem`. */
const absolutePath = /^(?:[A-Za-z]:)?[\\/](?:[\w. -]+[\\/])*[\w. -]*$/;

/** The password of an address: `postgres://user:password@host`. */
const addressPassword = /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s/:@]*:([^\s/@]+)@/gi;

/** Secrets among variables or headers, by their names and in connection strings. */
export function namedSecrets(variables: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(variables).flatMap(([name, value = '']) => {
    // Of a header the name of the scheme comes first.
    const secret = value.replace(/^(?:bearer|basic|token) +/i, '');
    const isSecret = secretName.test(name) && !absolutePath.test(secret) && secret !== '';
    return [...(isSecret ? [secret] : []), ...addressPasswords(value)];
  });
}

/** As they stand there, and as they are meant, where a character had to be written as `%xx`. */
export function addressPasswords(text: string): string[] {
  return [...text.matchAll(addressPassword)].flatMap(([, password = '']) => {
    try {
      return [...new Set([password, decodeURIComponent(password)])];
    } catch {
      return [password];
    }
  });
}
