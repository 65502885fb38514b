import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** As it runs on a machine without systemd. */
export const engine = ['podman', '--runtime', 'runc', '--cgroup-manager', 'cgroupfs'] as const;
/** Of this process alone: whoever else tests on this machine has an image of their own. */
export const image = `localhost/agentlm-test-${process.pid}`;

/** The containers of this image, running or not. */
export function containers(): string {
  return podman('ps', '--all', '--quiet', '--filter', `ancestor=${image}`);
}

/** What the image is made of: programs that need nothing else. */
const bash = '/bin/bash-static';
const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((file) => existsSync(file));
const applets = 'cat chmod env head ln ls mkdir ps rm sed sh sleep stty tr yes'.split(' ');

/** Builds the image out of programs of this machine. False where one of them is missing, or who runs it is not root. */
export function buildImage(): boolean {
  const canRun = ['podman', 'runc'].every((program) => spawnSync(program, ['--version']).status === 0);
  if (process.getuid?.() !== 0 || !canRun || !existsSync(bash) || busybox === undefined) return false;
  const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
  try {
    mkdirSync(path.join(folder, 'bin'));
    mkdirSync(path.join(folder, 'tmp'));
    copyFileSync(bash, path.join(folder, 'bin/bash'));
    copyFileSync(busybox, path.join(folder, 'bin/busybox'));
    for (const name of ['bash', 'busybox']) chmodSync(path.join(folder, 'bin', name), 0o755);
    for (const applet of applets) symlinkSync('busybox', path.join(folder, 'bin', applet));
    writeFileSync(path.join(folder, 'Containerfile'), 'FROM scratch\nCOPY bin /bin\nCOPY tmp /tmp\n');
    podman('build', '--quiet', '--tag', image, folder);
    return true;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function removeImage(): void {
  const [program, ...before] = engine;
  spawnSync(program, [...before, 'rmi', '--force', image]);
}

function podman(...words: string[]): string {
  const [program, ...before] = engine;
  return execFileSync(program, [...before, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
