import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { atExit } from './atExit.mts';
import { installCodeServer, type Installation, type Release } from './codeServerInstall.mts';
import { makeTemporaryFolder } from './temporaryFolder.mts';

const startSeconds = 60;
const stopSeconds = 3;

/** A profile in which VS Code says nothing on its own account. */
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'remote.autoForwardPorts': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
} as const;

export interface CodeServerOptions {
  readonly release?: Release;
  /** An extension to install: its folder, or a .vsix file. */
  readonly extension?: string;
  /** User settings beside {@link quietSettings}. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment variables of the server, and so of every extension and terminal. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether they have an empty home folder instead of the user's. */
  readonly emptyHome?: boolean;
  readonly serverArguments?: readonly string[];
  /** Where its log goes. */
  readonly log: string;
}

/** A VS Code server on 127.0.0.1 with a profile of its own, which is gone when the server stops. */
export interface CodeServer {
  readonly port: number;
  /** Opens a folder in the workbench, or none. The address carries the token without which nobody is served. */
  urlOf(folder: string | undefined, parameters?: Readonly<Record<string, string>>): string;
  /** From now on these user settings stand beside {@link quietSettings}. An open window notices. */
  configure(settings: CodeServerOptions['settings']): Promise<void>;
  /** Ends the server and everything it started. */
  stop(): Promise<void>;
}

/** @throws with what VS Code printed, when the extension cannot be installed or the server does not listen within a minute. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const installation = await installCodeServer(options.release);
  const profile = makeTemporaryFolder();
  const environment = environmentIn(profile.path, options);
  const token = randomUUID();
  await mkdir(path.dirname(options.log), { recursive: true });
  await writeProfile(profile.path, options.settings);
  if (options.extension !== undefined) await addExtension(profile.path, options.extension, installation, environment);

  const child = spawn(
    installation.node,
    [
      ...serverCommand(profile.path, installation),
      '--host=127.0.0.1',
      '--port=0',
      `--connection-token=${token}`,
      ...(options.serverArguments ?? []),
    ],
    // A process group of its own, so that all of it can be ended at once.
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const callOff = atExit(() => killGroup(child, 'SIGKILL'));
  const stop = async () => {
    await end(child);
    callOff();
    profile.remove();
  };
  try {
    const port = await listening(child, options.log);
    return {
      port,
      urlOf(folder, parameters) {
        const place = folder === undefined ? { ew: 'true' } : { folder };
        const query = new URLSearchParams({ tkn: token, ...place, ...parameters });
        return `http://127.0.0.1:${port}/?${query.toString()}`;
      },
      configure: (settings) => writeSettings(profile.path, settings),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeProfile(profile: string, settings: CodeServerOptions['settings']): Promise<void> {
  for (const name of ['user/User', 'user/Machine', 'extensions', 'tmp', 'home']) {
    await mkdir(path.join(profile, name), { recursive: true });
  }
  await writeSettings(profile, settings);
}

async function writeSettings(profile: string, settings: CodeServerOptions['settings']): Promise<void> {
  const text = JSON.stringify({ ...quietSettings, ...settings }, null, 2);
  // A window takes settings of machine scope from the machine that its extension host runs on, not from the user's.
  for (const place of ['User', 'Machine']) await writeFile(path.join(profile, 'user', place, 'settings.json'), text);
}

async function addExtension(
  profile: string,
  extension: string,
  installation: Installation,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  if (extension.endsWith('.vsix')) {
    const command = [...serverCommand(profile, installation), '--install-extension', path.resolve(extension)];
    await promisify(execFile)(installation.node, command, { env: environment });
    return;
  }
  const manifest = JSON.parse(await readFile(path.join(extension, 'package.json'), 'utf8'));
  const name = `${manifest.publisher}.${manifest.name}-${manifest.version}`;
  await symlink(path.resolve(extension), path.join(profile, 'extensions', name));
}

function serverCommand(profile: string, { server }: Installation): string[] {
  return [
    path.join(server, 'out/server-main.js'),
    '--accept-server-license-terms',
    '--telemetry-level=off',
    `--server-data-dir=${path.join(profile, 'server')}`,
    `--user-data-dir=${path.join(profile, 'user')}`,
    `--extensions-dir=${path.join(profile, 'extensions')}`,
  ];
}

/** Ours, less what tells a terminal inside VS Code or an npm script where it is. */
function environmentIn(profile: string, { environment, emptyHome }: CodeServerOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON|npm)_/i.test(name));
  const temporary = path.join(profile, 'tmp');
  return {
    ...Object.fromEntries(inherited),
    TMPDIR: temporary,
    XDG_RUNTIME_DIR: temporary,
    XDG_CACHE_HOME: path.join(profile, 'cache'),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...(emptyHome ? { HOME: path.join(profile, 'home') } : {}),
    ...environment,
  };
}

function listening(child: ChildProcess, logFile: string): Promise<number> {
  const log = createWriteStream(logFile);
  let printed = '';
  return new Promise((resolve, reject) => {
    const fail = (what: string, cause?: unknown) =>
      reject(new Error(`VS Code's server ${what}. It printed:\n${printed.slice(-2000)}`, { cause }));
    const timer = setTimeout(() => fail(`did not listen within ${startSeconds} s`), startSeconds * 1000);
    const read = (chunk: Buffer) => {
      log.write(chunk);
      if (printed.length < 100_000) printed += chunk.toString();
      const port = /Extension host agent listening on (\d+)/.exec(printed)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', (cause) => fail('could not be started', cause));
    child.on('close', () => {
      clearTimeout(timer);
      log.end();
      fail('ended before it listened');
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    const timer = setTimeout(() => killGroup(child, 'SIGKILL'), stopSeconds * 1000);
    killGroup(child, 'SIGTERM');
    await gone;
    clearTimeout(timer);
  }
  killGroup(child, 'SIGKILL');
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const nobodyLeft = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!nobodyLeft) throw error;
  }
}
