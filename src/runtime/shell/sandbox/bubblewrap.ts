import { isInside, type HiddenPath } from './hidden';

/** All that the inside of the sandbox is made of. Absolute paths of the host. */
export interface Inside {
  readonly workspace: string;
  /** The workspace with the layer that catches its writes. */
  readonly mergedWorkspace: string;
  /** Real paths. */
  readonly home: string | undefined;
  readonly mergedHome: string;
  /** Folders that become /tmp and /var/tmp: empty at first, kept from shell to shell. */
  readonly temporary: string;
  readonly varTemporary: string | undefined;
  /** Folders of other people, which are empty inside. */
  readonly homes: readonly string[];
  /** What is there of /home and does not belong to a person. */
  readonly visible: readonly string[];
  readonly hidden: readonly HiddenPath[];
  /** Entries of /proc that are mounted read-only. */
  readonly machineWide: readonly string[];
  /** Files that programs need although /run is empty. */
  readonly fromRun: readonly string[];
  readonly readOnly: string;
  readonly network: boolean;
  readonly user: { readonly uid: number; readonly gid: number };
}

/** Bytes of /run, /dev/shm and folders that only cover something. They are memory. */
const memoryBytes = `${64 * 1024 * 1024}`;

/**
 * The arguments of bwrap(1), in the order in which mounts cover each other.
 * Never --new-session: without a controlling terminal there is no job control. The terminal is the run's own, so that
 * keys put into it reach nobody else.
 */
export function bubblewrapArguments(inside: Inside): string[] {
  const { workspace, home, hidden, network, user } = inside;
  const cover = ({ path, isFolder }: HiddenPath) =>
    isFolder ? ['--size', '4096', '--perms', '0555', '--tmpfs', path] : ['--ro-bind', '/dev/null', path];
  // A workspace within what is hidden was chosen by the user: it is shown, and what is hidden in it is not.
  const [inWorkspace, elsewhere] = partition(hidden, ({ path }) => path !== workspace && isInside(path, workspace));
  return [
    ['--die-with-parent'],
    ['--unshare-user', '--uid', `${user.uid}`, '--gid', `${user.gid}`],
    ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    network ? [] : ['--unshare-net'],
    ['--cap-drop', 'ALL', '--seccomp', '9'],
    ['--ro-bind', '/', '/'],
    ['--dev', '/dev', '--size', memoryBytes, '--perms', '1777', '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ['--proc', '/proc', ...inside.machineWide.flatMap((name) => ['--ro-bind-try', `/proc/${name}`, `/proc/${name}`])],
    ['--size', memoryBytes, '--tmpfs', '/run'],
    inside.fromRun.flatMap((file) => ['--ro-bind-try', file, file]),
    inside.homes.flatMap((folder) => ['--size', memoryBytes, '--tmpfs', folder]),
    inside.visible.flatMap((folder) => ['--ro-bind', folder, folder]),
    ['--bind', inside.temporary, '/tmp'],
    inside.varTemporary === undefined ? [] : ['--bind', inside.varTemporary, '/var/tmp'],
    home === undefined ? [] : ['--bind', inside.mergedHome, home],
    elsewhere.flatMap(cover),
    ['--bind', inside.mergedWorkspace, workspace],
    inWorkspace.flatMap(cover),
    ['--ro-bind', inside.readOnly, inside.readOnly],
    ['--chdir', '/'],
  ].flat();
}

function partition<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}
