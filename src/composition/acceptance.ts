import type { CheckCandidate } from '../agent/acceptance';
import { addressPasswords, namedSecrets } from '../dataset/secrets/namedSecrets';
import type { ApiKeys } from '../vscode/endpoints/apiKeys';
import type { Endpoints } from '../vscode/endpoints/endpoints';

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
