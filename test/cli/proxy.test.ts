import assert from 'node:assert/strict';
import { proxyFor } from '../../src/cli/proxy';

describe('the proxy of the command line', () => {
  const proxy = 'http://proxy.lan:3128';

  it('is that of the scheme, small letters first', () => {
    const both = { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2' };
    assert.equal(proxyFor('http://gpu:8000', both), 'http://a:1');
    assert.equal(proxyFor('https://gpu/v1', both), 'http://b:2');
    assert.equal(proxyFor('https://gpu', { ...both, https_proxy: 'http://c:3' }), 'http://c:3');
    assert.equal(proxyFor('https://gpu', { ALL_PROXY: 'proxy:8080' }), 'http://proxy:8080');
  });

  it('is none where no variable is set, or the server is on this machine, or there is no address', () => {
    assert.equal(proxyFor('http://gpu', {}), undefined);
    assert.equal(proxyFor('http://gpu', { HTTP_PROXY: '' }), undefined);
    for (const url of ['http://localhost:8000', 'http://127.0.0.1:8000', 'http://[::1]:8000', 'gpu']) {
      assert.equal(proxyFor(url, { HTTP_PROXY: proxy }), undefined);
    }
  });

  for (const exception of [
    '*',
    'gpu.lab.edu',
    'lab.edu',
    '.lab.edu',
    '*.lab.edu',
    'a.b, lab.edu',
    'gpu.lab.edu:8000',
  ]) {
    it(`is none where NO_PROXY is ${exception}`, () => {
      assert.equal(proxyFor('http://gpu.lab.edu:8000', { HTTP_PROXY: proxy, NO_PROXY: exception }), undefined);
    });
  }

  for (const exception of ['', 'ab.edu', 'u.lab.edu', 'gpu.lab.edu:80', 'edu.lab']) {
    it(`stands where NO_PROXY is "${exception}"`, () => {
      assert.equal(proxyFor('http://gpu.lab.edu:8000', { HTTP_PROXY: proxy, NO_PROXY: exception }), proxy);
    });
  }
});
