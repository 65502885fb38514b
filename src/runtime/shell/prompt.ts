import { hostname, userInfo } from 'node:os';

/**
 * The prompt of Debian's bash, which ends every output of the os split that was not cut: `root@5e2097b1eb67:/#`. The blank
 * that a terminal shows after it is not there in the data.
 */
export function promptOf(folder: string, home: string | undefined): string {
  const { username, uid } = userInfo();
  const [host = ''] = hostname().split('.', 1);
  return `${username}@${host}:${fromHome(folder, home)}${uid === 0 ? '#' : '$'}`;
}

/** As bash writes it for `\\w`. */
function fromHome(folder: string, home: string | undefined): string {
  if (!home || home === '/') return folder;
  if (folder === home) return '~';
  return folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder;
}
