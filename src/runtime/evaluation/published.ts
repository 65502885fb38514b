import type { TaskKind } from '../../agent/task';

export interface PublishedScore {
  readonly model: string;
  /** Percent. */
  readonly score: number;
}

/** The results of the AgentTuning paper (Zeng et al. 2023, "AgentTuning: Enabling Generalized Agent Abilities for LLMs"). */
export const published: Readonly<Record<TaskKind, readonly PublishedScore[]>> = {
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
