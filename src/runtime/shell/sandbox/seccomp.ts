import { UserError } from '../../../agent/errors';

/**
 * The system calls that a sandboxed process is refused, as a program for the kernel (seccomp(2), a classic BPF filter in
 * the byte order of the machine). Namespaces keep it away from files, processes and the network; this keeps it away from
 * what has no namespace (key rings, vsock), from new user namespaces, and from what a quota could not follow (fallocate).
 * It is a list of refusals, not of what is allowed: programs of every kind have to run.
 * @throws {UserError} `sandbox.architecture`
 */
export function seccompFilter({ architecture, network }: { architecture: string; network: boolean }): Buffer {
  const machine = machines[architecture];
  if (machine === undefined) {
    throw new UserError(
      'sandbox.architecture',
      'The workspace sandbox does not know the processor {0}. Choose another sandbox.',
      [architecture],
    );
  }
  const { audit, column, foreignFrom } = machine;
  return assemble([
    load(offset.architecture),
    ...unless(audit, refuse(errno.ENOSYS)),
    load(offset.number),
    jumpIfAtLeast(foreignFrom, 0, 1),
    refuse(errno.ENOSYS),
    ...Object.values(refused).flatMap((numbers) => when(numbers[column], refuse(errno.EPERM))),
    // As on a file system that cannot do it: programs then write instead.
    ...when(fallocate[column], refuse(errno.EOPNOTSUPP)),
    // Its flags lie in memory, where no filter can look. C libraries fall back to clone.
    ...when(clone3[column], refuse(errno.ENOSYS)),
    ...onCall(clone[column], [load(offset.argument(0)), jumpIfAnyBit(newNamespaces, 0, 1), refuse(errno.EPERM)]),
    ...onCall(ioctl[column], [
      load(offset.argument(1)),
      ...terminalInput.flatMap((request) => when(request, refuse(errno.EPERM))),
    ]),
    ...onCall(socket[column], [
      load(offset.argument(0)),
      ...families(network).flatMap((family) => when(family, allow)),
      refuse(errno.EAFNOSUPPORT),
    ]),
    allow,
  ]);
}

/** Whether the workspace sandbox has a filter for this processor. */
export function hasSeccompFilter(architecture: string): boolean {
  return architecture in machines;
}

/** The numbers of a call on x86-64 and on ARM (arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h). */
type Numbers = readonly [x64: number, arm64: number];

/**
 * Key rings, which follow a process into every namespace; mounts and namespaces; the log of the kernel; large interfaces
 * that no shell command needs. What takes a capability is refused already, for there is none in the sandbox.
 */
const refused: Readonly<Record<string, Numbers>> = {
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  unshare: [272, 97],
  setns: [308, 268],
  open_by_handle_at: [304, 265],
  syslog: [103, 116],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
};

const fallocate: Numbers = [285, 47];
const clone: Numbers = [56, 220];
const clone3: Numbers = [435, 435];
const ioctl: Numbers = [16, 29];
const socket: Numbers = [41, 198];

interface Machine {
  /** AUDIT_ARCH_… of linux/audit.h */
  readonly audit: number;
  readonly column: 0 | 1;
  /** From this number on, the calls of x86-64 are those of x32: the same ones once more. */
  readonly foreignFrom: number;
}

const machines: Readonly<Record<string, Machine>> = {
  x64: { audit: 0xc000003e, column: 0, foreignFrom: 0x40000000 },
  arm64: { audit: 0xc00000b7, column: 1, foreignFrom: 0x40000000 },
};

const errno = { EPERM: 1, ENOSYS: 38, EOPNOTSUPP: 95, EAFNOSUPPORT: 97 };
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET */
const newNamespaces = 0x7e020000;
/** TIOCSTI and TIOCLINUX: keys put into a terminal as if somebody had typed them. */
const terminalInput = [0x5412, 0x541c];

/**
 * AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. With the host's network come its abstract Unix sockets (X11, D-Bus), which no
 * file system hides: then there are none but those of socketpair(2), which is another call.
 */
function families(network: boolean): number[] {
  return network ? [2, 10, 16] : [1, 2, 10, 16];
}

/** struct seccomp_data of linux/seccomp.h; the low half of an argument, as both machines are little-endian. */
const offset = { number: 0, architecture: 4, argument: (index: number) => 16 + 8 * index };

/** struct sock_filter: code, jump if true, jump if false, value. */
type Instruction = readonly [code: number, jt: number, jf: number, k: number];

const load = (from: number): Instruction => [0x20, 0, 0, from];
const jumpIfEqual = (value: number, jt: number, jf: number): Instruction => [0x15, jt, jf, value];
const jumpIfAtLeast = (value: number, jt: number, jf: number): Instruction => [0x35, jt, jf, value];
const jumpIfAnyBit = (value: number, jt: number, jf: number): Instruction => [0x45, jt, jf, value];
const allow: Instruction = [0x06, 0, 0, 0x7fff0000];
const refuse = (error: number): Instruction => [0x06, 0, 0, 0x00050000 | error];

const when = (value: number, then: Instruction): Instruction[] => [jumpIfEqual(value, 0, 1), then];
const unless = (value: number, then: Instruction): Instruction[] => [jumpIfEqual(value, 1, 0), then];
/** The body may load something else: afterwards the number is loaded again. */
const onCall = (number: number, body: Instruction[]): Instruction[] => [
  jumpIfEqual(number, 0, body.length + 1),
  ...body,
  load(offset.number),
];

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, jt, jf, k], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  });
  return bytes;
}
