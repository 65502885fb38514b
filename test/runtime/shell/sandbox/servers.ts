import { createSocket } from 'node:dgram';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import type { Place } from './held';

/** What listens on a machine and should hear nothing of a run. */
export interface Servers {
  /** Tells a program where they are. */
  readonly variables: Readonly<Record<string, string>>;
  /** How often somebody came. */
  readonly visits: () => number;
  readonly close: () => Promise<void>;
}

/** Loopback, sockets in every kind of place, and one that no file system knows. */
export async function startServers({ folder, home, workspace }: Place): Promise<Servers> {
  let visits = 0;
  const servers: Server[] = [];
  const files: string[] = [];
  const listen = async (...where: [number, string] | [string]): Promise<Server> => {
    const server = createServer((socket) => {
      visits++;
      socket.on('error', () => undefined).end();
    });
    await new Promise<void>((resolve, reject) =>
      server.on('error', reject).listen(...(where as [string]), () => resolve()),
    );
    servers.push(server);
    return server;
  };
  const listenAt = async (file: string): Promise<string> => {
    mkdirSync(path.dirname(file), { recursive: true });
    await listen(file);
    chmodSync(file, 0o777);
    files.push(file);
    return file;
  };

  const tcp = await listen(0, '127.0.0.1');
  const udp = createSocket('udp4', () => visits++);
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const abstract = `agentlm-test-${process.pid}-${path.basename(folder)}`;
  await listen(`\0${abstract}`);
  const sockets = [
    await listenAt(path.join(folder, 'outside.sock')),
    await listenAt(path.join(home, 'agent.sock')),
    await listenAt(path.join(home, '.docker/run/docker.sock')),
    await listenAt(path.join(workspace, 'inside.sock')),
    await listenAt(`/tmp/agentlm-test-${process.pid}-${path.basename(folder)}.sock`),
  ];
  if (process.getuid?.() === 0) sockets.push(await listenAt(`/run/agentlm-test-${path.basename(folder)}.sock`));

  return {
    variables: {
      TEST_TCP: `${(tcp.address() as AddressInfo).port}`,
      TEST_UDP: `${udp.address().port}`,
      TEST_ABSTRACT: abstract,
      TEST_SOCKETS: sockets.join(' '),
      SSH_AUTH_SOCK: sockets[1] ?? '',
      DOCKER_HOST: `unix://${sockets[2]}`,
      DBUS_SESSION_BUS_ADDRESS: `unix:abstract=${abstract}`,
      DISPLAY: ':7',
      WAYLAND_DISPLAY: sockets[4] ?? '',
      XAUTHORITY: path.join(home, '.Xauthority'),
      XDG_RUNTIME_DIR: '/run/user/0',
      http_proxy: `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`,
    },
    visits: () => visits,
    async close() {
      udp.close();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      for (const file of files) rmSync(file, { force: true });
    },
  };
}
