import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A data set as the Hugging Face hub serves it. */
export interface FakeHub {
  readonly url: string;
  close(): Promise<void>;
}

/** @param files by their paths in the repository, each kept as a large file with its checksum */
export async function startHub(repository: string, files: Readonly<Record<string, Buffer>>): Promise<FakeHub> {
  const server = createServer(({ url = '' }, response) => {
    if (url.startsWith(`/api/datasets/${repository}/revision/main`)) {
      const siblings = Object.entries(files).map(([rfilename, bytes]) => ({
        rfilename,
        size: bytes.length,
        lfs: { sha256: createHash('sha256').update(bytes).digest('hex') },
      }));
      response.end(JSON.stringify({ sha: 'c0ffee1234567890', siblings }));
      return;
    }
    const bytes = files[url.replace(`/datasets/${repository}/resolve/c0ffee1234567890/`, '')];
    if (bytes) response.end(bytes);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
