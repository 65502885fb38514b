import assert from 'node:assert/strict';
import manifest from '../../package.json';
import { UserError } from '../../src/agent/errors';
import { readProfiles } from '../../src/vscode/endpoints/endpointProfiles';
import { diagnosticsText } from '../../src/vscode/diagnostics';
import { rememberErrors, withoutValues } from '../../src/vscode/recentErrors';

const secret = 'PLANTED-SECRET';

describe('The diagnostics', () => {
  it('hold none of the secrets that are in settings, addresses and errors', () => {
    const { profiles } = readProfiles([
      {
        name: 'lab',
        url: `https://lab.example:8443/${secret}/v1`,
        model: 'agentlm-7b',
        headers: { Authorization: `Bearer ${secret}`, 'X-Team': secret },
        sessionHeader: 'x-session',
        caFile: `/home/${secret}/ca.pem`,
        clientCertificate: { cert: `/home/${secret}/cert.pem`, key: `/home/${secret}/key.pem` },
        proxy: `http://user:${secret}@proxy:3128`,
      },
    ]);
    const log = rememberErrors({ error: () => {} });
    log.error(
      new UserError('endpoint.unauthorized', '{0} did not accept the API key. It answered {1}.', ['lab', secret]),
    );
    log.error(Object.assign(new Error(`token ${secret}`), { name: `Error ${secret}` }));
    log.error(secret);
    const settings: Record<string, unknown> = {
      replyTokens: 256,
      approval: secret,
      trajectoryFolder: `/home/${secret}`,
      'localModel.arguments': ['--api-key', secret],
      'localModel.ollama': `/opt/${secret}/ollama`,
      'sandbox.image': `registry.example/${secret}`,
      'sandbox.network': true,
      approvalRules: [{ command: `login ${secret}` }],
    };
    const [profile] = profiles;
    assert.ok(profile);
    const text = diagnosticsText({
      version: '1.0.0',
      selected: profile,
      endpoints: [
        {
          profile,
          health: {
            status: 'failed',
            error: new Error(secret),
            facts: {
              engine: 'vllm',
              version: '0.9.1',
              models: [{ id: 'agentlm-7b', contextLength: 4096 }],
              contextLength: 4096,
              grammar: 'regex',
            },
          },
          hasKey: true,
        },
      ],
      problems: 1,
      settings: {
        chosen: (key) => settings[key] as never,
        schemas: manifest.contributes.configuration.properties,
      },
      errors: log.last,
    });
    assert.doesNotMatch(text, new RegExp(secret, 'i'));
    for (const wanted of [
      'AgentLM 1.0.0',
      'lab (selected): address https://lab.example:8443/…, key set, headers Authorization, X-Team, proxy http://proxy:3128',
      'failed: vllm 0.9.1, agentlm-7b, 4096 tokens, grammar regex',
      'agentlm.replyTokens: 256',
      'agentlm.approval: not of its type',
      'agentlm.trajectoryFolder: set',
      'agentlm.sandbox.image: set',
      'agentlm.sandbox.network: true',
      'agentlm.approvalRules: set',
      'endpoint.unauthorized: {0} did not accept the API key. It answered {1}.',
    ]) {
      assert.ok(text.includes(wanted), `${wanted}\n\n${text}`);
    }
  });

  it('tell nothing of any setting that is a text of the user, whichever settings there will be', () => {
    const text = diagnosticsText({
      version: '1.0.0',
      selected: undefined,
      endpoints: [],
      problems: 0,
      settings: { chosen: () => secret as never, schemas: manifest.contributes.configuration.properties },
      errors: [],
    });
    assert.doesNotMatch(text, new RegExp(secret, 'i'));
    for (const id of Object.keys(manifest.contributes.configuration.properties))
      assert.ok(text.includes(`${id}: `), id);
  });

  it('say where a bug is, and not what it said', () => {
    const told = withoutValues(new TypeError(`cannot read ${secret}`));
    assert.match(told, /^TypeError at diagnostics\.test\.[jt]s:\d+:\d+/);
    assert.doesNotMatch(told, new RegExp(secret));
  });
});
