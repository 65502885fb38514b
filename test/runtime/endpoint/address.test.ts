import assert from 'node:assert/strict';
import { parseAddress } from '../../../src/runtime/endpoint/address';

describe('the address of an endpoint', () => {
  const understood: Record<string, string> = {
    'http://localhost:8000': 'http://localhost:8000',
    'http://localhost:8000/': 'http://localhost:8000',
    'http://localhost:8000/v1': 'http://localhost:8000',
    ' http://localhost:8000/v1/ ': 'http://localhost:8000',
    'http://localhost:8000/v1/completions': 'http://localhost:8000',
    'http://localhost:8000/v1/chat/completions': 'http://localhost:8000',
    'http://10.0.0.5:30007/generate_stream': 'http://10.0.0.5:30007',
    'http://localhost:11434/api/generate': 'http://localhost:11434',
    'https://gateway.example/llm/agentlm/v1/': 'https://gateway.example/llm/agentlm',
    'https://gateway.example/llm': 'https://gateway.example/llm',
    'https://gateway.example/v1x': 'https://gateway.example/v1x',
    'localhost:8000': 'http://localhost:8000',
    'gpu-box:8000/v1': 'http://gpu-box:8000',
    '[::1]:8000': 'http://[::1]:8000',
    'HTTPS://GPU.example': 'https://gpu.example',
  };
  for (const [text, address] of Object.entries(understood)) {
    it(`reads “${text}”`, () => assert.equal(parseAddress(text), address));
  }

  for (const text of ['', 'http://', 'file:///etc/passwd', 'javascript:alert()', 'ftp://host/', 'http://a b/']) {
    it(`refuses “${text}”`, () => assert.throws(() => parseAddress(text), { code: 'endpoint.bad-address' }));
  }

  for (const text of [
    'http://me:hunter2@host/v1',
    'http://host/v1?key=hunter2',
    'https://host/#hunter2',
    'http://me:hunter2@',
  ]) {
    it(`refuses ${text.replace('hunter2', '***')} and does not repeat the secret`, () => {
      assert.throws(
        () => parseAddress(text),
        (error: Error) => !error.message.includes('hunter2'),
      );
    });
  }
});
