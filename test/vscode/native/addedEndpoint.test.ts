import assert from 'node:assert/strict';
import { addedEndpoint } from '../../../src/vscode/native/addedEndpoint';

describe("An endpoint that was added in VS Code's list of models", () => {
  it('is named by its host, and its key is the one that VS Code keeps', () => {
    assert.deepEqual(addedEndpoint({ configuration: { url: 'https://lab.example:8443/v1', apiKey: 'k' } }), {
      profile: { name: 'lab.example:8443', url: 'https://lab.example:8443/v1' },
      apiKey: 'k',
    });
    assert.equal(addedEndpoint({ configuration: { url: 'http://127.0.0.1:8000', apiKey: '' } })?.apiKey, undefined);
  });

  it('is none where VS Code asks for the models of the settings, or where its address is none', () => {
    for (const options of [{}, { configuration: undefined }, { configuration: {} }, { configuration: 'x' }]) {
      assert.equal(addedEndpoint(options), undefined);
    }
    for (const url of ['file:///etc/passwd', 'not an address', 7]) {
      assert.equal(addedEndpoint({ configuration: { url } }), undefined);
    }
  });
});
