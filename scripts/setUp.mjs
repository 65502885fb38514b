// node scripts/setUp.mjs SCRIPT [argument…]   runs a script on a machine that has only git, Node 20 or newer and npm.
//
// Installs the dependencies where they are missing or not those of package-lock.json, then hands over to the Node that
// comes with them (the npm package `node`), which runs TypeScript as it is. Plain JavaScript without dependencies: it
// is the one script that any Node must be able to run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest Node that runs TypeScript without a flag. */
const oldestNode = [22, 18];

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

ensureInstalled();
run(chooseNode(), process.argv.slice(2));

function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing the dependencies (npm ci): about half a minute, once.');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) stop('npm ci failed. Its message above says why; after mending it, run the same command again.');
}

/** Compares contents, not times: a checkout touches package-lock.json without changing it. */
function isInstalled() {
  const wanted = readPackages('package-lock.json');
  const installed = readPackages('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([place, { version, optional }]) => {
    if (place === '') return true;
    return place in installed ? installed[place].version === version : optional;
  });
}

function readPackages(file) {
  const location = path.join(root, file);
  return existsSync(location) ? JSON.parse(readFileSync(location, 'utf8')).packages : {};
}

function chooseNode() {
  const installed = path.join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(installed)) return installed;

  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    stop(
      `The npm package "node" has no binary, because npm was told to run no install scripts, and Node ${process.version} is too old ` +
        `to take its place. Run "npm rebuild node --ignore-scripts=false", or use Node ${oldestNode.join('.')} or newer.`,
    );
  }
  console.log(`The npm package "node" has no binary (install scripts are off): using Node ${process.version}.`);
  return process.execPath;
}

function run(node, nodeArguments) {
  const child = spawn(node, nodeArguments, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: [path.dirname(node), process.env.PATH].join(path.delimiter) },
  });
  // The script ends in its own way and time; this process only passes the message on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
