import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { as, holdRun, identities, makePlace, requireSandbox, type HeldRun, type Place, sandboxNode } from './held';
import { startServers, type Servers } from './servers';

/** None of these does harm should it succeed: files are opened and not written to, processes and servers are the test's own. */
interface Attempt {
  readonly title: string;
  readonly command: string;
  /** What is printed when it is held. */
  readonly output: string | RegExp;
}

const node = `'${sandboxNode}' -e`;
/** Knocks at a server: `net.connect` with these arguments. */
const knock = (target: string): string =>
  `${node} 'const s = require("net").connect(${target}, () => { console.log("reached"); s.destroy(); }); s.on("error", () => {}).setTimeout(1000, () => s.destroy())'`;
const knocks = {
  tcp: knock('process.env.TEST_TCP, "127.0.0.1"'),
  udp: `${node} 'const s = require("dgram").createSocket("udp4"); s.send("x", process.env.TEST_UDP, "127.0.0.1", () => s.close()); s.on("error", () => s.close())'`,
  abstract: knock('"\\0" + process.env.TEST_ABSTRACT'),
  sockets: `for s in $TEST_SOCKETS; do SOCKET=$s ${knock('process.env.SOCKET')}; done`,
};
const opens = (file: string): string => `(exec 3>>${file}) 2>/dev/null && echo opened; true`;
/** A system call by its number on x86-64, made by perl, which every Debian has. */
const call = (number: number, ...args: (number | string)[]): string =>
  `perl -e '@a = (${[number, ...args].join(', ')}); print syscall(shift(@a), @a) < 0 ? "refused: $!\\n" : "done\\n"'`;

const attempts: readonly Attempt[] = [
  // Files
  { title: 'writes into /etc', command: opens('/etc/passwd'), output: '' },
  { title: 'writes beside the workspace', command: opens('"$TEST_FOLDER/beside"'), output: '' },
  {
    title: 'writes through a link that leads out',
    command: `ln -s "$TEST_FOLDER/beside" out; ${opens('out')}`,
    output: '',
  },
  {
    title: 'makes a hard link to a file outside',
    command: 'ln "$TEST_FOLDER/beside" in 2>/dev/null && echo linked',
    output: '',
  },
  {
    title: 'renames something outside into the workspace',
    command: 'mv "$TEST_FOLDER/beside" in 2>/dev/null; cat "$TEST_FOLDER/beside"',
    output: 'beside\n',
  },
  {
    title: 'changes the rights of a file outside',
    command: 'chmod 777 "$TEST_FOLDER/beside" 2>/dev/null && echo changed',
    output: '',
  },
  { title: 'reads a key in ~/.ssh', command: 'cat ~/.ssh/id_test ~/.ssh/* 2>/dev/null; ls -A ~/.ssh', output: '' },
  {
    title: 'reads a key whose folder is a link',
    command: 'cat ~/keys/id_test ~/.gnupg/id_test 2>/dev/null',
    output: '',
  },
  { title: 'reads a token file', command: 'cat ~/.netrc ~/.docker/config.json 2>/dev/null', output: '' },
  {
    title: 'reads the key by the way through /proc',
    command: 'cat /proc/*/root/$HOME/.ssh/id_test /proc/*/cwd/../home/.ssh/id_test 2>/dev/null',
    output: '',
  },
  {
    title: 'uncovers what is hidden',
    command:
      'umount ~/.ssh 2>/dev/null; umount -l ~/.ssh 2>/dev/null; mv ~/.ssh ~/moved 2>/dev/null; cat ~/.ssh/id_test ~/moved/id_test 2>/dev/null',
    output: '',
  },
  { title: 'reads /etc/shadow', command: 'cat /etc/shadow 2>/dev/null', output: '' },
  { title: 'reads the changes of other runs', command: 'ls -A "$TEST_FOLDER/storage"', output: '' },
  {
    title: 'reads what the hosting process keeps in its temporary folder',
    command: 'ls -A /tmp | grep -v "^agentlm-test-"',
    output: '',
  },
  {
    title: 'writes to the folder of its own rc file and commands',
    command:
      'for f in "${BASH_SOURCE[0]%/*}"/*; do (exec 3>>"$f") 2>/dev/null && echo opened; done; touch "${BASH_SOURCE[0]%/*}/new" 2>/dev/null && echo made',
    output: '',
  },
  // The kernel
  {
    title: 'opens settings of the kernel for writing',
    command: [
      '/proc/sys/kernel/core_pattern',
      '/proc/sys/kernel/hostname',
      '/proc/sys/vm/swappiness',
      '/proc/sysrq-trigger',
      '/proc/mtrr',
      '/proc/irq/default_smp_affinity',
    ]
      .map(opens)
      .join('; '),
    output: '',
  },
  {
    title: 'opens what is in /sys for writing',
    command: [
      '/sys/power/state',
      '/sys/kernel/uevent_helper',
      '/sys/fs/cgroup/pids/cgroup.procs',
      '/sys/fs/cgroup/cgroup.procs',
    ]
      .map(opens)
      .join('; '),
    output: '',
  },
  {
    title: 'finds a device',
    command:
      'find /dev -type b; ls /dev | grep -vE "^(core|console|fd|full|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero)$"',
    output: '',
  },
  {
    title: 'makes a device',
    command: 'mknod disk b 8 0 2>/dev/null && echo made; mknod /tmp/disk b 8 0 2>/dev/null && echo made',
    output: '',
  },
  { title: 'writes into /dev', command: 'touch /dev/new 2>/dev/null && echo made', output: '' },
  {
    title: 'mounts',
    command:
      'mount -t tmpfs tmpfs /mnt 2>/dev/null && echo mounted; mount --bind / /mnt 2>/dev/null && echo mounted; mount -o remount,rw / 2>/dev/null && echo mounted',
    output: '',
  },
  { title: 'changes its root', command: 'chroot / true 2>/dev/null && echo changed', output: '' },
  {
    title: 'makes namespaces of its own',
    command:
      'unshare -Ur true 2>/dev/null && echo made; unshare -m true 2>/dev/null && echo made; unshare -U true 2>/dev/null && echo made',
    output: '',
  },
  {
    title: 'has a capability',
    command: 'grep -E "^Cap(Inh|Prm|Eff|Bnd|Amb)" /proc/self/status | grep -v 0000000000000000',
    output: '',
  },
  {
    title: 'gains rights by a setuid program',
    command:
      'grep NoNewPrivs /proc/self/status; cp "$(type -P id)" ./id && chmod 4755 id && ./id -u | grep -vx "$(id -u)"',
    output: 'NoNewPrivs:\t1\n',
  },
  { title: 'reads the log of the kernel', command: 'dmesg 2>/dev/null | head -c 1', output: '' },
  // Processes
  {
    title: 'sees a process of the host',
    command: 'ps -eo args= | grep -c "sleep 98765[4]"; ls /proc | grep -c "^[0-9]*$" | grep -E "^[0-9]$"',
    output: /^0\n\d\n$/,
  },
  {
    title: 'kills processes of the host',
    command: 'kill -9 "$(cat "$TEST_FOLDER/pid")" 2>/dev/null && echo killed; kill -9 -1 2>/dev/null; echo alive',
    output: /^$|^alive\n$/,
  },
  {
    title: 'looks into the first process for another root',
    command:
      'ls /proc/1/root/tmp | grep -v "^agentlm-test-"; cat /proc/1/environ | tr "\\0" "\\n" | grep -E "SSH_AUTH_SOCK|DBUS|DISPLAY|NODE_PATH=/nonexistent"',
    output: '',
  },
  // Variables and sockets
  {
    title: 'has the ways to agents, displays, buses and engines',
    command:
      'env | grep -E "^(SSH_AUTH_SOCK|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS|DOCKER_HOST|XDG_RUNTIME_DIR|http_proxy)="',
    output: '',
  },
  { title: 'connects to a port of the host', command: knocks.tcp, output: '' },
  { title: 'sends a datagram to the host', command: knocks.udp, output: '' },
  {
    title: 'connects to the outside',
    command: `(exec 3<>/dev/tcp/192.0.2.1/80) 2>&1 | grep -o 'Network is unreachable' | sort -u; ls /sys/class/net /proc/net/dev >/dev/null; grep -c : /proc/net/dev`,
    output: 'Network is unreachable\n1\n',
  },
  { title: 'connects to a socket that no file system knows', command: knocks.abstract, output: '' },
  { title: 'connects to sockets in home, workspace, /tmp, /run and elsewhere', command: knocks.sockets, output: '' },
  {
    title: 'opens a socket to the hypervisor',
    command: call(41, 40, 1, 0),
    output: 'refused: Address family not supported by protocol\n',
  },
  {
    title: 'looks into a key ring',
    command: `${call(250, 0, -3, 0)}; ${call(250, 0, -4, 1)}; ${call(248, '"user"', '"k"', '"v"', 1, -3)}`,
    output: 'refused: Operation not permitted\n'.repeat(3),
  },
  {
    title: 'makes io_uring do what is refused',
    command: call(425, 8, 0),
    output: 'refused: Operation not permitted\n',
  },
  {
    title: 'types into its terminal as if it was somebody',
    command: call(16, 0, 0x5412, '"x"'),
    output: 'refused: Operation not permitted\n',
  },
  { title: 'finds sockets in /run', command: 'find /run /var/run/ ! -type d 2>/dev/null', output: '' },
];

for (const identity of identities) {
  describe(`What a run in the workspace sandbox tries as ${identity}`, function () {
    this.timeout(60_000);
    let place: Place;
    let held: HeldRun;
    let canary: ChildProcess;
    let servers: Servers;

    before(async function () {
      await requireSandbox(this, identity);
      place = makePlace(identity);
      layOut(place);
      servers = await startServers(place);
      const [program, ...rest] = [...as(identity), 'sleep', '987654'];
      canary = spawn(program, rest, { stdio: 'ignore' });
      place.write(path.join(place.folder, 'pid'), `${canary.pid}`);
      held = await holdRun(identity, place, { variables: servers.variables });
    });
    after(async () => {
      await held?.close();
      canary?.kill('SIGKILL');
      await servers?.close();
      place?.remove();
    });

    for (const { title, command, output } of attempts) {
      it(`is held: ${title}`, async () => {
        const execution = await held.run(command);
        if (typeof output === 'string') assert.equal(execution.output, output);
        else assert.match(execution.output, output);
        assert.equal(execution.note, undefined);
        assert.equal(readFileSync(path.join(place.folder, 'beside'), 'utf8'), 'beside\n');
        assert.equal(canary.exitCode ?? canary.signalCode, null, 'the process of the host lives');
        assert.equal(servers.visits(), 0, 'nobody was reached');
      });
    }

    it('would not be held without the sandbox', async () => {
      const env = { ...process.env, ...servers.variables, TEST_FOLDER: place.folder, HOME: place.home };
      const outside = (command: string) => execFileSync('bash', ['-c', command], { env, encoding: 'utf8' });
      assert.equal(outside('cat ~/.ssh/id_test'), 'a key\n');
      const before = servers.visits();
      const reached = Object.values(knocks).map(outside).join('');
      const sockets = (servers.variables['TEST_SOCKETS'] ?? '').split(' ').length;
      assert.equal(reached, 'reached\n'.repeat(2 + sockets));
      // They are of this process, which was waiting.
      while (servers.visits() < before + 3 + sockets) await delay(10);
    });
  });
}

function layOut({ folder, home, write }: Place): void {
  write(path.join(folder, 'beside'), 'beside\n');
  write(path.join(home, '.ssh/id_test'), 'a key\n');
  write(path.join(home, 'keys/id_test'), 'a key\n');
  symlinkSync('keys', path.join(home, '.gnupg'));
  write(path.join(home, '.netrc'), 'a token\n');
  mkdirSync(path.join(home, '.docker'), { recursive: true });
  write(path.join(home, '.docker/config.json'), 'a token\n');
}
