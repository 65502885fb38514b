import type { MixBuilder, MixProgress } from '../agent/trainingMix';
import type { MixTools } from '../dataset/mixFile';

/** Mixtures of this machine's files. Loaded when one is built: the vocabulary is large. */
export const mixBuilder: MixBuilder = {
  async preview(choice, ...watched) {
    const { previewMix } = await import('../dataset/mixFile');
    return previewMix(choice, await toolsFor(...watched));
  },
  async write(choice, { out, expected }, ...watched) {
    const { recipeFileOf, writeMix } = await import('../dataset/mixFile');
    const target = { out, recipe: recipeFileOf(out), expected, force: true };
    return writeMix(choice, target, await toolsFor(...watched));
  },
  async openRecipe(file, signal) {
    const [{ openRecipe }, { mixDisk }] = await Promise.all([
      import('../dataset/mixRecipe'),
      import('../runtime/trajectories/mixDisk'),
    ]);
    return openRecipe(file, mixDisk(signal));
  },
};

async function toolsFor(onProgress: (progress: MixProgress) => void, signal: AbortSignal): Promise<MixTools> {
  const [{ tokenCounters }, { mixDisk }] = await Promise.all([
    import('./trajectorySummary'),
    import('../runtime/trajectories/mixDisk'),
  ]);
  const { countTokens } = await tokenCounters();
  return { disk: mixDisk(signal), countTokens, onProgress };
}
