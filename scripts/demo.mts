// Runs the two sample tasks in this terminal.
import { build } from './build.mts';
import { runNode } from './command.mts';

await build();
process.exitCode = await runNode('dist/cli.js', 'demo', ...process.argv.slice(2));
