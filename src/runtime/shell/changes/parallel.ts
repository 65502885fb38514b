const atATime = 16;

/** Does something for each of many, several at a time. The first failure ends it. */
export async function forEachParallel<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const worker = async (): Promise<void> => {
    for (const one of rest) await act(one);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
