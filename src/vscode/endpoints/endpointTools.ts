import type {
  EndpointCheck,
  EndpointFacts,
  EndpointReport,
  LocalServer,
  ServerMetrics,
} from '../../agent/endpointFacts';
import type { EndpointProfile } from './endpointProfiles';

/** An endpoint and the key for it. */
export interface EndpointAccess {
  readonly profile: EndpointProfile;
  readonly apiKey: string | undefined;
}

/** What can be found out about endpoints. Failures that a user can mend are UserErrors; an abort rejects with its reason. */
export interface EndpointTools {
  /** Who it is, by reading only. */
  probe(access: EndpointAccess, signal: AbortSignal): Promise<EndpointFacts>;
  /** Asks the model that is meant for one word. Rejects when that does not come. */
  tryOut(access: EndpointAccess, signal: AbortSignal): Promise<void>;
  /** A thorough test, each check as it is done. What is wrong is a check, not a rejection. */
  diagnose(access: EndpointAccess, signal: AbortSignal): AsyncGenerator<EndpointCheck, EndpointReport>;
  /** Those at the usual ports of this machine, which under Remote-SSH is the remote one. */
  findLocalServers(signal: AbortSignal): Promise<readonly LocalServer[]>;
  /** A way to read how busy the server is, again and again; it reads undefined where the server does not say. */
  metrics(access: EndpointAccess): Promise<(signal: AbortSignal) => Promise<ServerMetrics | undefined>>;
}
