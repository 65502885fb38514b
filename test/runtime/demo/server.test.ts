import assert from 'node:assert/strict';
import { gpt, human } from '../../../src/agent/conversation';
import { unstarted } from '../../../src/agent/session';
import { obstacles } from '../../../src/agent/trajectory';
import { examples } from '../../../src/protocol/examples';
import { demoProblems } from '../../../src/runtime/demo/script';
import { startDemoEndpoint, type DemoEndpoint } from '../../../src/runtime/demo/server';

interface Chunk {
  readonly choices: readonly { readonly text: string; readonly finish_reason: string | null }[];
}

describe('The demo endpoint', () => {
  let demo: DemoEndpoint;
  before(async () => {
    demo = await startDemoEndpoint({ pieceMs: 0 });
  });
  after(() => demo.close());

  const post = (body: string): Promise<Response> => fetch(`${demo.url}/v1/completions`, { method: 'POST', body });

  async function reply(prompt: string): Promise<string> {
    const text = await (await post(JSON.stringify({ prompt, stream: true }))).text();
    const events = text.split('\n\n').filter((event) => event !== '');
    assert.equal(events.pop(), 'data: [DONE]');
    const chunks = events.map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop');
    return chunks.map(({ choices }) => choices[0]?.text).join('');
  }

  const os = (problem: string, ...rest: string[]): string =>
    `[INST] instruction [/INST] example </s><s>[INST] Now, I will start a new problem in a new OS. My problem is:\n\n${problem} ${rest.map((turn) => `[/INST] reply </s><s>[INST] ${turn} `).join('')}[/INST]`;

  it('knows every example that the chat offers', () => {
    for (const kind of ['os', 'db'] as const) assert.deepEqual(demoProblems(kind), examples[kind]);
  });

  it('says that it is the demo, as a model', async () => {
    const models = (await (await fetch(`${demo.url}/v1/models`)).json()) as { data: { id: string }[] };
    assert.equal(models.data[0]?.id, 'agentlm-demo');
  });

  it('answers from what the machine really said', async () => {
    const problem = 'Count the TODO comments in the Python files and answer with the number.';
    assert.match(await reply(os(problem)), /Act: bash\n\n```bash\ngrep/);
    assert.match(
      await reply(os(problem, 'The output of the OS:\n\n./a.py:1:# TODO\n./b.py:7:# TODO')),
      /Act: answer\(2\)$/,
    );
    assert.match(await reply(os(problem, 'The output of the OS is empty.')), /Act: answer\(0\)$/);
  });

  it('reads a database question without its table sentence', async () => {
    const question = 'How many customers have never placed an order?\nThe name of this table is t.';
    const prompt = `[INST] instruction [/INST] Ok. </s><s>[INST] ${question} [/INST] reply </s><s>[INST] [(3,)] [/INST]`;
    assert.match(await reply(prompt), /Final Answer: \[3\]$/);
  });

  it('says plainly that it knows no other task, and finishes', async () => {
    assert.match(await reply(os('Mine bitcoin.')), /demo endpoint: a script without a model[\s\S]*Act: finish$/);
  });

  it('is nobody to learn from where it speaks for itself', async () => {
    const refused = 'The output of the OS is empty.\n[The user did not let these commands run.]';
    const [problem = ''] = examples.os;
    for (const said of [await reply(os('Mine bitcoin.')), await reply(os(problem, refused))]) {
      const finished = { ...unstarted({ aborted: false }), outcome: 'finished' } as const;
      assert.deepEqual(obstacles({ turns: [human(problem), gpt(said, { loss: true })], finished }), ['demo']);
    }
  });

  for (const [what, body, status] of [
    ['no prompt', '{"stream":true}', 400],
    ['no streaming', '{"prompt":"x"}', 400],
    ['no JSON', 'x', 500],
  ] as const) {
    it(`refuses a request with ${what}`, async () => assert.equal((await post(body)).status, status));
  }
});
