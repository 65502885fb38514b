import { runNode } from './command.mts';

/** Builds dist/ and, if asked to, the tests in out/. @throws when the build fails; its errors are on the terminal. */
export async function build(...flags: readonly '--tests'[]): Promise<void> {
  const code = await runNode('esbuild.mjs', ...flags);
  if (code !== 0) throw new Error('The build failed. Its errors are above.');
}
