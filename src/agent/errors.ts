const brand = Symbol.for('agentlm.UserError');

/**
 * A failure that a person can cause or mend. Its text is shown as it is, and says what happened and what to do next.
 * Every other error is a bug. The text is a template with `{0}`, `{1}` … so that a surface can translate it.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly [brand] = true;

  /** @param code stable and machine-readable: `area.what`, e.g. `endpoint.unreachable` */
  constructor(
    readonly code: string,
    readonly template: string,
    readonly values: readonly (string | number)[] = [],
    options?: { readonly cause?: unknown },
  ) {
    super(fill(template, values), options);
  }

  /** True across bundles, where `instanceof` fails: each lazily loaded bundle has a copy of this class. */
  static is(error: unknown): error is UserError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

/** The sentence that a template and its values make. */
export function fill(template: string, values: readonly (string | number)[]): string {
  return template.replace(/\{(\d+)\}/g, (placeholder, index: string) => String(values[Number(index)] ?? placeholder));
}

/** Marks a switch over a union as complete: a new member becomes a type error at the call. */
export function unreachable(value: never): never {
  throw new Error(`Unexpected ${JSON.stringify(value)}`);
}
