import type { CheckCandidate } from '../agent/acceptance';
import type { ApiKeys } from '../vscode/apiKeys';
import type { Endpoints } from '../vscode/endpoints';

/** Loaded when the first trajectory is to become training data: the rules of secretlint and the vocabulary are large. */
export const checkCandidate: CheckCandidate = async (...candidate) => {
  const check = await import('./candidateCheck');
  return check.checkCandidate(...candidate);
};

/** Every secret of the user that this window knows word by word: keys of endpoints, and what its environment holds. */
export async function knownSecrets(endpoints: Pick<Endpoints, 'profiles'>, keys: ApiKeys): Promise<string[]> {
  const ofEndpoints = endpoints.profiles.map(async (profile) => {
    const key = await keys.get(profile);
    const { headers = {}, proxy = '', url } = profile;
    return [...(key === undefined ? [] : [key]), ...namedSecrets(headers), ...addressPasswords(`${proxy} ${url}`)];
  });
  const ofHub = await keys.getHubToken();
  return [
    ...namedSecrets(process.env),
    ...(ofHub === undefined ? [] : [ofHub]),
    ...(await Promise.all(ofEndpoints)).flat(),
  ];
}

/** A name whose value is nobody's business. */
const secretName =
  /(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|authorization|(?:api|access|auth|private|signing|encryption)[_-]?key)\d?$/i;

/** The password of an address: `postgres://user:password@host`. */
const addressPassword = /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s/:@]*:([^\s/@]+)@/gi;

/** Secrets among variables or headers, by their names and in connection strings. */
export function namedSecrets(variables: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(variables).flatMap(([name, value = '']) => {
    // Of a header the name of the scheme comes first.
    const secret = value.replace(/^(?:bearer|basic|token) +/i, '');
    return [...(secretName.test(name) ? [secret] : []), ...addressPasswords(value)];
  });
}

/** As they stand there, and as they are meant, where a character had to be written as `%xx`. */
function addressPasswords(text: string): string[] {
  return [...text.matchAll(addressPassword)].flatMap(([, password = '']) => {
    try {
      return [...new Set([password, decodeURIComponent(password)])];
    } catch {
      return [password];
    }
  });
}
