import assert from 'node:assert/strict';
import { namedSecrets } from '../../../src/dataset/secrets/namedSecrets';

describe('Secrets of the environment', () => {
  it('are those with a telling name, and the passwords of addresses', () => {
    const secrets = namedSecrets({
      HOME: '/home/me',
      GITHUB_TOKEN: 'abcdef123',
      'X-Api-Key': 'kkkkkk',
      Authorization: 'Bearer zzzzzzz',
      DATABASE_URL: 'postgres://me:p%40ss@db/x?options=1',
      TOKENIZERS_PARALLELISM: 'true',
      EMPTY_SECRET: undefined,
      PWD: '/work/my project/x',
      SSL_KEY: '/etc/ssl/key.pem',
      API_KEY: '/k3y+with/slashes==',
    });
    assert.deepEqual(secrets, ['abcdef123', 'kkkkkk', 'zzzzzzz', 'p%40ss', 'p@ss', '/k3y+with/slashes==']);
  });
});
