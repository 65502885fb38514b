import { UserError } from '../agent/errors';
import type { Log } from './report';

/** What went wrong lately, without a word that is not ours. */
export interface RecentErrors {
  /** The newest one last. */
  readonly last: readonly string[];
  /** One that is not for the log: the user was told what to mend. */
  remember(error: unknown): void;
}

const remembered = 20;

/** A log that also remembers the last errors, for the diagnostics. */
export function rememberErrors(log: Log): Log & RecentErrors {
  const last: string[] = [];
  const remember = (error: unknown): void => {
    last.push(`${new Date().toISOString()} ${withoutValues(error)}`);
    if (last.length > remembered) last.shift();
  };
  return {
    last,
    remember,
    error(error) {
      remember(error);
      log.error(error);
    },
  };
}

/**
 * An error as far as we wrote it: the template of a UserError without its values, the place of a bug without its message.
 * Both can quote an address, a path, a header or what a server said.
 */
export function withoutValues(error: unknown): string {
  if (UserError.is(error)) return `${error.code}: ${error.template}`;
  if (!(error instanceof Error)) return `a thrown ${typeof error}`;
  const places = [...(error.stack ?? '').matchAll(/([\w.-]+\.[cm]?[jt]s:\d+:\d+)\)?$/gm)].map(([, place]) => place);
  return [/^\w{1,40}$/.test(error.name) ? error.name : 'Error', ...places.slice(0, 5)].join(' at ');
}
