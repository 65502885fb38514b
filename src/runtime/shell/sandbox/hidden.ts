import { lstat, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';

/** In the home folder, what opens doors elsewhere: keys, tokens, passwords, histories, profiles of browsers and editors. */
const ofHome = [
  ['.ssh', '.gnupg', '.pki', '.aws', '.azure', '.config/gcloud', '.oci', '.kube', '.docker', '.config/containers'],
  ['.netrc', '.git-credentials', '.config/git/credentials', '.config/gh', '.config/hub', '.config/glab-cli'],
  ['.npmrc', '.yarnrc.yml', '.pypirc', '.cargo/credentials', '.cargo/credentials.toml', '.gem/credentials'],
  ['.m2/settings.xml', '.m2/settings-security.xml', '.gradle/gradle.properties', '.nuget/NuGet/NuGet.Config'],
  ['.terraform.d/credentials.tfrc.json', '.vault-token', '.password-store', '.config/op', '.config/rclone'],
  ['.pgpass', '.my.cnf', '.mylogin.cnf', '.s3cfg', '.boto', '.huggingface', '.cache/huggingface/token'],
  ['.local/share/keyrings', '.local/share/kwalletd', '.Xauthority', '.ICEauthority', '.config/github-copilot'],
  ['.bash_history', '.zsh_history', '.local/share/fish/fish_history', '.python_history', '.node_repl_history'],
  ['.psql_history', '.mysql_history', '.sqlite_history', '.lesshst', '.viminfo'],
  ['.mozilla', '.thunderbird', '.config/google-chrome', '.config/chromium', '.config/BraveSoftware'],
  ['.config/microsoft-edge', '.config/vivaldi', '.config/opera', 'snap', '.var/app'],
  ['.config/Code', '.config/Code - Insiders', '.config/VSCodium', '.config/Cursor', '.config/Windsurf', '.config/Kiro'],
  ['.vscode-server/data', '.vscode-server-insiders/data', '.cursor-server/data', '.windsurf-server/data'],
  ['.local/share/code-server', '.config/code-server', '.claude', '.codex', '.gemini', '.config/Signal'],
].flat();

/** What root can read and nobody should. */
const ofSystem = [
  [
    '/etc/shadow',
    '/etc/shadow-',
    '/etc/gshadow',
    '/etc/gshadow-',
    '/etc/sudoers',
    '/etc/sudoers.d',
    '/etc/security/opasswd',
  ],
  ['/etc/ssl/private', '/etc/ssh', '/etc/pki/tls/private', '/etc/letsencrypt', '/etc/kubernetes', '/etc/rancher'],
  ['/etc/wireguard', '/etc/openvpn', '/etc/NetworkManager/system-connections', '/etc/krb5.keytab'],
  [
    '/var/lib/docker',
    '/var/lib/containers',
    '/var/lib/containerd',
    '/var/lib/kubelet',
    '/var/spool/cron',
    '/var/backups',
  ],
  ['/proc/keys', '/proc/kcore'],
].flat();

/** A path that is covered: a folder by an empty one, anything else by an empty file. Never a link. */
export interface HiddenPath {
  readonly path: string;
  readonly isFolder: boolean;
}

/** Of what is never shown to a run, that which is there. */
export async function secretPaths(home: string, more: readonly string[]): Promise<HiddenPath[]> {
  return existing([...ofHome.map((name) => path.join(home, name)), ...ofSystem, ...more]);
}

/**
 * The Unix sockets that somebody listens on, those under `covered` left out. A file system that is mounted read-only does
 * not keep a process from talking to one.
 */
export async function listeningSockets(covered: readonly string[]): Promise<HiddenPath[]> {
  const table = await readFile('/proc/net/unix', 'utf8');
  const paths = new Set([...table.matchAll(/ (\/.*)$/gm)].map(([, file = '']) => file));
  return existing([...paths].filter((file) => !covered.some((folder) => isInside(file, folder))));
}

/** What in /proc belongs to the machine and not to a process, and could be written to by its root. */
export function isMachineWide(name: string): boolean {
  return !/^(\d+|self|thread-self|mounts|net)$/.test(name);
}

/** Whether a path is that folder, or in it. */
export function isInside(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way));
}

async function existing(paths: readonly string[]): Promise<HiddenPath[]> {
  const found = await Promise.all(paths.map(look));
  const byPath = new Map(found.flatMap((hidden) => (hidden === undefined ? [] : [[hidden.path, hidden] as const])));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Follows links, for what they lead to is what has to be covered. What cannot be looked at cannot be read by a run. */
async function look(file: string): Promise<HiddenPath | undefined> {
  try {
    const real = await realpath(file);
    return { path: real, isFolder: (await lstat(real)).isDirectory() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP') return undefined;
    throw error;
  }
}
