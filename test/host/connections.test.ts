import assert from 'node:assert/strict';
import net from 'node:net';

type Destination = { readonly host?: string; readonly port?: unknown };

/** Where this process went while the tests of all files here used the extension. */
const called = new Set<string>();
const original = Object.getOwnPropertyDescriptor(net.Socket.prototype, 'connect');
assert.ok(original);

before(() => {
  const watched = new Proxy(original.value as () => net.Socket, {
    apply(connect, socket: net.Socket, given: unknown[]) {
      // `net.connect` hands on what it was given as a list with its options at the head.
      const [options] = (Array.isArray(given[0]) ? given[0] : given) as [Destination];
      // What has no port is a pipe between processes.
      if (options.port !== undefined) called.add(options.host ?? 'localhost');
      return Reflect.apply(connect, socket, given);
    },
  });
  Object.defineProperty(net.Socket.prototype, 'connect', { ...original, value: watched });
});

after(() => {
  Object.defineProperty(net.Socket.prototype, 'connect', original);
  if (!process.env['AGENTLM_TEST_GREP']) assert.ok(called.size > 0, 'the endpoint was called');
  const outside = [...called].filter((host) => !/^(?:localhost|127\.0\.0\.1|::1)$/.test(host));
  assert.deepEqual(outside, [], 'no machine but this one, where the endpoints of the tests are');
});
