import type { Statistics } from './statistics';

/**
 * The README of a data set on the hub: the features, so that its viewer and the `datasets` library know them, and the paper's
 * table for what is in it.
 */
export function datasetCard(fileName: string, rows: number, { table, tokens }: Statistics): string {
  const split = /^[a-z\d]+/i.exec(fileName)?.[0] ?? 'train';
  const lines = table.map(
    ({ task, model, instructions, kept, averageTurns, keptRatio }) =>
      `| ${task} | ${model ?? '–'} | ${instructions} | ${kept} | ${averageTurns?.toFixed(2) ?? '–'} | ${keptRatio === null ? '–' : `${(100 * keptRatio).toFixed(1)} %`} |`,
  );
  return `---
configs:
  - config_name: default
    data_files:
      - split: ${split}
        path: ${JSON.stringify(fileName)}
dataset_info:
  features:
    - name: conversations
      list:
        - name: from
          dtype: string
        - name: loss
          dtype: bool
        - name: value
          dtype: string
    - name: id
      dtype: string
  splits:
    - name: ${split}
      num_examples: ${rows}
---

# Trajectories

Interactions of a language model with an environment, in the format of AgentInstruct. \`human\` is the user or the
environment, \`gpt\` the model. \`loss\` is \`true\` for replies to be learnt, \`false\` for given ones, \`null\` for
what the environment says.

| task | model | instructions | kept | average turns | kept ratio |
| --- | --- | ---: | ---: | ---: | ---: |
${lines.join('\n')}

${tokens.total} tokens in the Llama-2 vocabulary, ${tokens.mean.toFixed(0)} a row on average, ${tokens.largest} at most.
`;
}
