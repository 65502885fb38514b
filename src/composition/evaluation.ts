import type { KeptRequest } from '../runtime/evaluation/keptEvaluations';
import type {
  AcceptEvaluated,
  EvaluationArchive,
  EvaluationRequest,
  EvaluationTools,
  SuiteSource,
} from '../vscode/evaluation/evaluationTools';
import type { AcceptPanels } from '../vscode/trajectories/acceptPanel';
import type { History } from '../vscode/runs/history';
import type { Settings } from '../vscode/settings';
import type { TrainedPromptChoice } from '../vscode/runs/trainedPromptChoice';
import type { EndpointRuntime } from './endpointRuntime';
import type { Storage } from './storage';

/** What the editor's evaluations are made of. */
export interface EvaluationParts {
  readonly settings: Settings;
  readonly endpointRuntime: EndpointRuntime;
  readonly storage: Storage;
  readonly prompts: Pick<TrainedPromptChoice, 'of'>;
  /** Path of the program that holds a database. */
  readonly sqlWorker: string;
}

/** Whole suites are kept on disk; a few tasks that are tried again are not. */
export function createEvaluationTools(parts: EvaluationParts): EvaluationTools {
  const { evaluations } = parts.storage;
  return {
    async outline(source) {
      const { readSuite } = await import('../runtime/evaluation/readSuite');
      const place = await suitePlace(source);
      const { name, problems, places, faults } = await readSuite(place);
      const tasks = problems.map(({ id, category, text }, index) => ({
        id,
        category,
        text,
        ...(places[index] ?? { file: source.place, line: 1 }),
      }));
      return { name, kind: place.kind, tasks, faults };
    },
    async unfinished(request) {
      const { unfinishedResults } = await import('../runtime/evaluation/keptEvaluations');
      const found = await unfinishedResults(evaluations, await requestOf(parts, request));
      return found?.results.filter(({ ending }) => ending !== 'error').length ?? 0;
    },
    async evaluate(request, hearing, signal) {
      const { keepEvaluation, unfinishedResults } = await import('../runtime/evaluation/keptEvaluations');
      const wanted = await requestOf(parts, request);
      const earlier = request.resume ? await unfinishedResults(evaluations, wanted) : undefined;
      if (earlier !== undefined) {
        const { results, setting } = earlier;
        for (const result of results) if (result.ending !== 'error') hearing.result(result, setting);
      }
      await keepEvaluation(evaluations, wanted, request.resume, signal, {
        suite: () => {},
        event(event, setting) {
          if (event.type === 'begin') hearing.begin(event.trial.index);
          if (event.type === 'result') hearing.result(event, setting);
        },
      });
    },
  };
}

/** Evaluations of this workspace that came to their end. */
export function createEvaluationArchive({ evaluations: folder }: Storage): EvaluationArchive {
  const load = async () => import('../runtime/evaluation/evaluationArchive');
  return {
    async read() {
      const { listEvaluations, publishedBeside } = await load();
      const evaluations = await listEvaluations(folder);
      return { evaluations, published: publishedBeside(evaluations) };
    },
    add: async (file) => (await load()).addEvaluation(folder, file),
    remove: async (id) => (await load()).removeEvaluation(folder, id),
    html: async () => (await load()).evaluationsHtml(folder),
  };
}

/** @param product its version */
export function acceptEvaluated(
  history: Pick<History, 'adopt'>,
  acceptance: Pick<AcceptPanels, 'show'>,
  product: string,
): AcceptEvaluated {
  return async (evaluated) => {
    const { evaluatedRun } = await import('./evaluatedRuns');
    const { id, record } = evaluatedRun(evaluated, product);
    acceptance.show(await history.adopt(id, record));
  };
}

async function suitePlace({ place, scripts }: SuiteSource) {
  const { kindOfSuite } = await import('../runtime/evaluation/readSuite');
  return { kind: await kindOfSuite(place), place, scripts };
}

/** What the settings say of evaluating a suite. */
export async function requestOf(
  { settings, endpointRuntime, prompts, sqlWorker }: EvaluationParts,
  { suite, only, access }: Omit<EvaluationRequest, 'resume'>,
): Promise<KeptRequest> {
  const image = settings.get('evaluation.image');
  const place = await suitePlace(suite);
  return {
    suite: place,
    only,
    prompt: await prompts.of(place.kind),
    endpoint: await endpointRuntime.options(access),
    rules: settings.get('evaluation.rules') === 'new' ? 'new' : 'old',
    concurrency: settings.get('evaluation.concurrency'),
    retries: 2,
    machine: {
      image: image === '' ? undefined : image,
      network: settings.get('sandbox.network'),
      writeLimitBytes: settings.get('sandbox.writeLimit') * 1024 * 1024,
      commandTimeoutMs: settings.get('commandTimeout') * 1000,
      scriptTimeoutMs: settings.get('commandTimeout') * 1000,
    },
    database: { statementTimeoutMs: settings.get('statementTimeout') * 1000, sqlWorker },
  };
}
