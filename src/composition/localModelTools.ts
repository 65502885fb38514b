import type { LocalModelProgress } from '../runtime/localModel/localModel';
import type { PullProgress } from '../runtime/localModel/pullModel';
import type { LocalModelTools } from '../vscode/endpoints/localModels';

/** Loaded when a local model is asked for. */
export const localModelTools: LocalModelTools = {
  async findProgram(program, chosen) {
    const { findProgram } = await import('../runtime/localModel/findProgram');
    return findProgram(program, chosen);
  },
  async pulledModels(path, signal) {
    const { listOllamaModels } = await import('../runtime/localModel/ollama');
    return (await listOllamaModels({ path }, signal)).map(({ name }) => name);
  },
  async pull(request, onPercent, signal) {
    const { pullModel } = await import('../runtime/localModel/pullModel');
    const onProgress = ({ completedBytes, totalBytes }: PullProgress): void => {
      if (totalBytes > 0) onPercent(Math.floor((100 * completedBytes) / totalBytes));
    };
    return pullModel(request, onProgress, signal);
  },
  async serve(choice, onPercent, signal) {
    const { startLocalModel } = await import('../runtime/localModel/startLocalModel');
    const onProgress = ({ percent }: LocalModelProgress): void => {
      if (percent !== undefined) onPercent(percent);
    };
    return startLocalModel({ ...choice, onProgress }, signal);
  },
};
