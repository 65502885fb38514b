import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The oldest Node with all that is used here: `node:sqlite` without a flag, `Promise.withResolvers`. */
const oldest = [22, 13] as const;

/** Whether this Node can run the commands. */
export function canRunHere(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/**
 * Runs the same command line on the Node that a checkout brings along (the npm package `node`), and passes on its exit
 * code. A machine with only an older Node can so run `node dist/cli.js` all the same.
 */
export async function handOver(): Promise<number> {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const newer = path.join(__dirname, '../node_modules/node/bin', name);
  if (!existsSync(newer)) {
    process.stderr.write(`agentlm needs Node ${oldest.join('.')} or newer, and this is ${process.version}.\n`);
    return 1;
  }
  // Nothing is said through the channel: it closes when this process is gone, however it ended.
  const child = spawn(newer, process.argv.slice(1), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Calls back when the process that handed over to this one is gone. Does not keep this one alive. */
export function onLauncherGone(stop: () => void): void {
  process.once('disconnect', stop);
  process.channel?.unref();
}
