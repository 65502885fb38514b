import { UserError } from '../agent/errors';
import type { MixPlan } from '../agent/trainingMix';
import { hash53 } from './hash';

/**
 * The paper's mixture: a share `eta` of agent rows, the rest general ones. Without a total it is as large as it can be with
 * no row twice.
 * @throws {UserError} `dataset.mix` when a side that is wanted has no rows
 */
export function planMix(
  available: { agent: number; general: number },
  eta: number,
  total: number | undefined,
): MixPlan {
  const largest = Math.min(
    eta === 0 ? Infinity : available.agent / eta,
    eta === 1 ? Infinity : available.general / (1 - eta),
  );
  const rows = total ?? Math.floor(largest);
  const agent = Math.round(rows * eta);
  const general = rows - agent;
  if ((agent > 0 && available.agent === 0) || (general > 0 && available.general === 0) || rows === 0) {
    throw new UserError(
      'dataset.mix',
      'There are {0} usable agent rows and {1} usable general rows, which is too few for a share of {2}. Add files, or change the share.',
      [available.agent, available.general, eta],
    );
  }
  const agentRepeats = agent === 0 ? 0 : agent / available.agent;
  const generalRepeats = general === 0 ? 0 : general / available.general;
  return { agent, general, agentRepeats, generalRepeats };
}

/**
 * Decides row by row, in order, how often each of `available` rows is taken, so that it comes to exactly `wanted`: all of
 * them equally often, and the rest chosen with equal chance (selection sampling, Knuth 3.4.2, algorithm S).
 */
export class Sampler {
  private readonly rounds: number;
  private needed: number;
  private left: number;

  constructor(
    available: number,
    wanted: number,
    private readonly random: () => number,
  ) {
    this.rounds = available === 0 ? 0 : Math.floor(wanted / available);
    this.needed = available === 0 ? 0 : wanted % available;
    this.left = available;
  }

  /** How often the next row is taken. */
  next(): number {
    const chosen = this.random() * this.left < this.needed;
    this.left--;
    if (chosen) this.needed--;
    return this.rounds + (chosen ? 1 : 0);
  }
}

/** Whether a conversation is held out for validation: by what it says, so that its copies never stand on both sides. */
export function isHeldOut(conversation: string, seed: number, share: number): boolean {
  return share > 0 && hash53(conversation, seed) / 9_007_199_254_740_992 < share;
}
