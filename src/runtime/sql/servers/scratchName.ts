import { randomBytes } from 'node:crypto';

/** Names of what is made on a server for one run; they say when, so that what was left behind is found. */
export interface ScratchName {
  readonly database: string;
  readonly user: string;
  /** Seconds since 1970. */
  readonly madeAt: number;
}

export function newScratchName(): ScratchName {
  return nameOf(Math.floor(Date.now() / 1000), randomBytes(4).toString('hex'));
}

/** Undefined for a database that is none of ours. */
export function readScratchName(database: string): ScratchName | undefined {
  const [, seconds, random] = /^agentlm_scratch_(\d{10})_([0-9a-f]{8})$/.exec(database) ?? [];
  return seconds === undefined || random === undefined ? undefined : nameOf(Number(seconds), random);
}

/** MySQL's names of users have 32 characters at most. */
function nameOf(madeAt: number, random: string): ScratchName {
  return { database: `agentlm_scratch_${madeAt}_${random}`, user: `agentlm_${madeAt}_${random}`, madeAt };
}
