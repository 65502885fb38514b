/** What the usage text promises, in one place. */
export const exitCodes = { success: 0, failure: 1, usage: 2, endpoint: 3, interrupted: 130 } as const;
