type Watched = 'model' | 'environment' | 'waiting';

/** Tells where the time of a run went. Waiting for a person counts for the total and for nobody else. */
export class Stopwatch {
  private readonly began: number;
  private readonly spent: Record<Watched, number> = { model: 0, environment: 0, waiting: 0 };
  private readonly running = new Map<Watched, number>();

  constructor(private readonly now: () => number) {
    this.began = now();
  }

  start(what: Watched): void {
    this.running.set(what, this.now());
  }

  stop(what: Watched): void {
    const since = this.running.get(what);
    if (since === undefined) return;
    this.spent[what] += this.now() - since;
    this.running.delete(what);
  }

  read(): { totalMs: number; modelMs: number; environmentMs: number; overheadMs: number } {
    for (const what of this.running.keys()) this.stop(what);
    const totalMs = this.now() - this.began;
    const { model, environment, waiting } = this.spent;
    return {
      totalMs: Math.round(totalMs),
      modelMs: Math.round(model),
      environmentMs: Math.round(environment),
      overheadMs: Math.round(Math.max(0, totalMs - model - environment - waiting)),
    };
  }
}
