/** Where a server listens besides its socket: a port of 127.0.0.1, encrypted where it has a certificate and a key (PEM). */
export interface Listening {
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
}
