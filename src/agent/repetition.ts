/** What the watch has to say after a step. `tell`: the model should hear it. `end`: it was told and goes on all the same. */
export type Verdict = 'fine' | 'tell' | 'end';

/** What a model is told once when it goes round in circles. */
export const repetitionRemark =
  'You have done this before and got the same result. Do something else, or end the task with what you know.';

/**
 * Notices an agent that goes round in circles: the same action with the same observation twice in a row, the same reply
 * without an action twice in a row, or A-B-A-B of either. Anything new clears the suspicion.
 */
export class RepetitionWatch {
  private readonly steps: string[] = [];
  private told = false;

  /** @param observation null for a reply that had no action */
  see(action: string, observation: string | null): Verdict {
    this.steps.push(JSON.stringify([action, observation]));
    if (!this.circles()) {
      this.told = false;
      return 'fine';
    }
    if (this.told) return 'end';
    this.told = true;
    return 'tell';
  }

  private circles(): boolean {
    const [d, c, b, a] = this.steps.slice(-4).reverse();
    return d === c || (a !== undefined && a === c && b === d);
  }
}
