import { parse } from './readOptions';
import { readTaskOptions, taskOptions, type TaskOptions } from './taskOptions';
import { UsageError } from './usageError';

export interface DemoArguments extends TaskOptions {
  readonly command: 'demo';
}

/**
 * The demo brings a folder and a database of its own, and so takes no option that names one.
 * @param argv what follows `demo`
 * @throws {UsageError}
 */
export function readDemo(argv: readonly string[], environment: NodeJS.ProcessEnv, interactive: boolean): DemoArguments {
  const {
    values,
    positionals: [surplus],
  } = parse(argv, taskOptions, 'demo');
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is too much for demo.`);
  // Only the script that comes along is trusted so far: a real model asks, and is held, as in `run`.
  const scripted = values.local === undefined && (values.endpoint === undefined || values.endpoint === 'demo');
  const defaults = scripted ? { endpoint: 'demo', approve: 'all', sandbox: 'off' } : {};
  return { command: 'demo', ...readTaskOptions({ ...defaults, ...values }, environment, interactive) };
}
