/** An action that waits for leave to run. What is run is exactly this text. */
export interface ProposedAction {
  readonly step: number;
  readonly kind: 'bash' | 'sql';
  readonly text: string;
}

export type Decision =
  | { readonly verdict: 'run' }
  /** Run this text instead; the trajectory keeps the model's own text as well. */
  | { readonly verdict: 'edit'; readonly text: string }
  /** Do not run it; the model is told the reason, which may be empty. */
  | { readonly verdict: 'skip'; readonly reason: string }
  | { readonly verdict: 'stop' };

/** Asks whoever is in charge. Aborting the signal takes the question back; the answer is then ignored. */
export type Approve = (action: ProposedAction, signal: AbortSignal) => Promise<Decision>;
