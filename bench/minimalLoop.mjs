// The least that an agent on bash can be: `minimalLoop.mjs ENDPOINT TASK`. What `agentlm run os` costs is measured beside it.
import { spawnSync } from 'node:child_process';

const [endpoint, task] = process.argv.slice(2);
let prompt = `[INST] Answer with one bash command in a code block, or with Act: finish. ${task} [/INST]`;
for (;;) {
  const response = await fetch(`${endpoint}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'agentlm-7b', prompt, max_tokens: 512, temperature: 0, stop: ['</s>'] }),
  });
  const { text } = (await response.json()).choices[0];
  const command = /```bash\n([\s\S]*?)```/.exec(text)?.[1];
  if (command === undefined) break;
  const { stdout } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  prompt += `${text}</s><s>[INST] The output of the OS:\n\n${stdout} [/INST]`;
}
