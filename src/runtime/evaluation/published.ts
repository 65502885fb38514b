import type { EvaluationReport, EvaluationSetting } from '../../agent/evaluation';
import type { TaskKind } from '../../agent/task';

export interface PublishedScore {
  readonly model: string;
  /** Percent. */
  readonly score: number;
}

/** Tasks of AgentBench's test split (Liu et al. 2023, "AgentBench: Evaluating LLMs as Agents", statistics of the data). */
const testTasks: Readonly<Record<TaskKind, number>> = { os: 144, db: 300 };

/** Whether results are those of the whole test set, which the paper's scores are of. */
export function isTestSet({ format, kind, tasks }: EvaluationSetting, missing: number): boolean {
  return format === 'agentbench' && tasks === testTasks[kind] && missing === 0;
}

/** The paper's scores, where one of the reports is of the paper's own tasks; nothing can be compared with them else. */
export function scoresBeside(kind: TaskKind, reports: readonly EvaluationReport[]): readonly PublishedScore[] {
  return reports.some((report) => report.kind === kind && report.comparable) ? published[kind] : [];
}

/** The results of the AgentTuning paper (Zeng et al. 2023, "AgentTuning: Enabling Generalized Agent Abilities for LLMs"). */
const published: Readonly<Record<TaskKind, readonly PublishedScore[]>> = {
  os: [
    { model: 'GPT-3.5', score: 32.6 },
    { model: 'GPT-4', score: 36.8 },
    { model: 'Llama-2-chat 7B', score: 8.3 },
    { model: 'Llama-2-chat 13B', score: 9.0 },
    { model: 'Llama-2-chat 70B', score: 9.0 },
    { model: 'AgentLM 7B', score: 17.4 },
    { model: 'AgentLM 13B', score: 18.1 },
    { model: 'AgentLM 70B', score: 21.5 },
  ],
  db: [
    { model: 'GPT-3.5', score: 15.0 },
    { model: 'GPT-4', score: 33.7 },
    { model: 'Llama-2-chat 7B', score: 0.3 },
    { model: 'Llama-2-chat 13B', score: 1.3 },
    { model: 'Llama-2-chat 70B', score: 9.3 },
    { model: 'AgentLM 7B', score: 30.6 },
    { model: 'AgentLM 13B', score: 33.7 },
    { model: 'AgentLM 70B', score: 37.7 },
  ],
};
