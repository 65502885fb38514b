const brand = Symbol.for('agentlm.UsageError');

/** The command line says something that cannot be done, here or anywhere; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly [brand] = true;

  /** True across bundles, where `instanceof` fails: each lazily loaded bundle has a copy of this class. */
  static is(error: unknown): error is UsageError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}
