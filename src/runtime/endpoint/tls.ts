import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { rootCertificates } from 'node:tls';
import { UserError } from '../../agent/errors';

/** PEM. With `ca` nothing else is trusted, so it holds whatever should be. */
export type Tls = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'passphrase'>;

/** PEM files, by absolute path. */
export interface TlsFiles {
  readonly caFile?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
}

export interface ClientCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly passphrase?: string | undefined;
}

/** @throws {UserError} `endpoint.bad-file` naming the file that cannot be read */
export async function readTls({ caFile, clientCertificate }: TlsFiles): Promise<Tls> {
  const [ca, cert, key] = await Promise.all([
    readPem(caFile),
    readPem(clientCertificate?.certFile),
    readPem(clientCertificate?.keyFile),
  ]);
  return {
    ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(clientCertificate?.passphrase && { passphrase: clientCertificate.passphrase }),
  };
}

async function readPem(file: string | undefined): Promise<string | undefined> {
  if (!file) return undefined;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw badFile(file, cause);
  });
  if (!text.includes('-----BEGIN ')) throw badFile(file);
  return text;
}

function badFile(file: string, cause?: unknown): UserError {
  return new UserError(
    'endpoint.bad-file',
    'The certificate file {0} cannot be read as PEM. Correct its path in the settings of this endpoint.',
    [file],
    { cause },
  );
}
