import assert from 'node:assert/strict';
import type { EndpointCheck } from '../../../src/agent/endpointFacts';
import { testReport } from '../../../src/vscode/endpoints/testReport';

const profile = { name: 'lab', url: 'http://lab:8000' };
const passed: EndpointCheck = { id: 'probe', status: 'pass', detail: 'vLLM 0.11.0.' };
const failed: EndpointCheck = { id: 'prompt', status: 'fail', detail: 'Two <s>.\nCheck the | tokenizer.' };

describe('The page of a test', () => {
  it('grows a row for each check, and sums up', () => {
    const page = testReport('Test of lab', profile, [passed, failed], {
      engine: 'vllm',
      version: '0.11.0',
      models: ['agentlm-7b'],
      contextLength: 4096,
      checks: [passed, failed],
    });
    assert.equal(
      page,
      [
        '# Test of lab',
        'http\\:\\/\\/lab\\:8000 · vLLM 0\\.11\\.0 · agentlm\\-7b · 4096 tokens',
        '1 passed\\, 0 to look at\\, 1 failed\\.',
        '| Check | Result | What was found, and what to do |\n| --- | --- | --- |\n' +
          '| Server | Passed | vLLM 0\\.11\\.0\\. |\n' +
          '| Prompt | **Failed** | Two \\<s\\>\\. Check the \\| tokenizer\\. |',
        '',
      ].join('\n\n'),
    );
  });

  it('says that it is not done yet', () => {
    assert.match(testReport('Test of lab', profile, [passed], 'running'), /under way\\: 1 passed/);
    assert.match(testReport('Test of lab', profile, [], 'cancelled'), /cancelled\\: 0 passed/);
  });

  it('shows no picture and follows no link that a server would like', () => {
    const detail = '![x](https://evil.example/x.png) <img src=x> [y](command:quit) `z`';
    const page = testReport('Test of lab', profile, [{ ...passed, detail }], 'running');
    assert.doesNotMatch(page, /(?<!\\)[<[`]|(?<!\\)!\[/);
  });
});
