import type { TaskTools } from '../vscode/proposals/taskTools';
import { requestOf, type EvaluationParts } from './evaluation';

/** How tasks are proposed and run in this window. @param product its version */
export function createTaskTools(parts: EvaluationParts, product: string): TaskTools {
  const { settings, endpointRuntime, storage, sqlWorker } = parts;
  const { evaluations, library } = storage;
  const keptRequest = async ({ file, access }: Parameters<TaskTools['unfinished']>[0]) => ({
    ...(await requestOf(parts, { suite: { place: file }, access })),
    // Only what came to its end is judged: the rest would be no training data.
    rules: 'new' as const,
    purpose: 'trajectories' as const,
  });
  return {
    async propose({ access, ...request }, hearing, signal) {
      const { proposeTasks } = await import('../runtime/proposals/proposeTasks');
      const image = settings.get('evaluation.image');
      return proposeTasks(
        {
          ...request,
          endpoint: { ...(await endpointRuntime.options(access)), temperature: proposalTemperature },
          machine: {
            image: image === '' ? undefined : image,
            engine: undefined,
            network: false,
            writeLimitBytes: settings.get('sandbox.writeLimit') * 1024 * 1024,
          },
          scriptTimeoutMs: proposalTimeoutMs,
          database: { statementTimeoutMs: proposalTimeoutMs, sqlWorker },
        },
        hearing,
        signal,
      );
    },
    async outline(file) {
      const { inWords, kindOfSuite, readSuite } = await import('../runtime/evaluation/readSuite');
      const kind = await kindOfSuite(file);
      const { problems, faults } = await readSuite({ kind, place: file });
      const [first] = problems;
      const place = first?.kind === 'os' ? first.folder : first?.database;
      return { kind, tasks: problems.length, place, faults: faults.map(inWords) };
    },
    async unfinished(request) {
      const { unfinishedResults } = await import('../runtime/evaluation/keptEvaluations');
      const found = await unfinishedResults(evaluations, await keptRequest(request));
      return found?.results.filter(({ ending }) => ending !== 'error').length ?? 0;
    },
    async run({ file, access, resume }, hear, signal) {
      const [{ keepEvaluation, unfinishedResults }, { recordTrials }] = await Promise.all([
        import('../runtime/evaluation/keptEvaluations'),
        import('../runtime/proposals/recordTrials'),
      ]);
      const wanted = await keptRequest({ file, access });
      const earlier = resume ? await unfinishedResults(evaluations, wanted) : undefined;
      for (const result of earlier?.results ?? []) if (result.ending !== 'error') hear(result);
      const recorder = recordTrials({ folder: library, product, file });
      await keepEvaluation(evaluations, wanted, resume, signal, {
        suite: () => {},
        event(event) {
          recorder.hear(event);
          if (event.type === 'result') hear(event);
        },
        keep: async (trial, result) => recorder.keep(trial, result),
      });
    },
  };
}

/** Different tasks are wanted, not the likeliest one (Self-Instruct). */
const proposalTemperature = 0.7;
const proposalTimeoutMs = 30_000;
