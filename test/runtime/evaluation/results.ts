import type { EvaluationSetting, TaskResult } from '../../../src/agent/evaluation';

export function settingOf(some: Partial<EvaluationSetting> = {}): EvaluationSetting {
  return {
    type: 'evaluation',
    version: 1,
    suite: 'dev',
    format: 'agentbench',
    kind: 'os',
    digest: 'd',
    tasks: 3,
    model: 'agentlm-7b',
    endpoint: 'http://a',
    rules: 'old',
    environment: 'root view',
    prompt: 'own 00000000',
    promptTail: true,
    temperature: 0,
    replyTokens: 128,
    stepLimit: 8,
    constrained: false,
    repeat: 1,
    seed: null,
    ...some,
  };
}

export function resultOf(some: Partial<TaskResult> = {}): TaskResult {
  return {
    type: 'result',
    index: 0,
    task: `dev-${some.index ?? 0}`,
    attempt: 0,
    category: 'file',
    passed: true,
    ending: 'completed',
    outcome: 'answered',
    steps: 2,
    tokens: { prompt: 100, completion: 20, cached: null },
    time: { totalMs: 1000, modelMs: 600, environmentMs: 300, overheadMs: 100 },
    answer: '1',
    expected: '1',
    detail: null,
    retries: 0,
    turns: [],
    ...some,
  };
}
