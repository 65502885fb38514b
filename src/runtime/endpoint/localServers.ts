import { connect } from 'node:net';
import { UserError } from '../../agent/errors';
import type { EndpointFacts } from './facts';
import { openEndpoint } from './openEndpoint';
import { probe } from './probe';

export interface LocalServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** Undefined where it asks for a key first. */
  readonly facts: EndpointFacts | undefined;
}

/** Where model servers listen unless told otherwise, the likelier ones first. */
const usualPorts = [
  8000, // vLLM, FastChat
  8080, // llama-server, TGI
  30000, // SGLang
  30007, // AgentTuning's docker files: 7B,
  30013, // 13B
  30070, // and 70B
  11434, // Ollama
  1234, // LM Studio
  3000, // TGI
  4000, // LiteLLM
  8001, // vLLM's production stack
];

/** On loopback a connection stands at once or not at all, and a server that is idle answers soon. */
const connectMs = 300;
const answerMs = 1500;

/**
 * Finds the model servers that run on this machine, which under Remote-SSH is the remote one. Nothing but loopback is asked, no key
 * is sent. A web server of another kind on one of these ports is not reported: it must name models, or be known.
 */
export async function findLocalServers(
  signal: AbortSignal,
  ports: readonly number[] = usualPorts,
): Promise<readonly LocalServer[]> {
  const found = await Promise.all(ports.map(async (port) => look(port, signal)));
  signal.throwIfAborted();
  return found.flatMap((server) => server ?? []);
}

async function look(port: number, signal: AbortSignal): Promise<LocalServer | undefined> {
  if (!(await listens(port, signal))) return undefined;
  const address = `http://127.0.0.1:${port}`;
  const endpoint = await openEndpoint({ baseUrl: address, conversationId: 'discovery', connectTimeoutMs: answerMs });
  try {
    const facts = await probe(endpoint, signal, answerMs);
    return facts.engine === 'openai' && !facts.models?.length ? undefined : { address, facts };
  } catch (error) {
    signal.throwIfAborted();
    if (!UserError.is(error)) throw error;
    return error.code === 'endpoint.unauthorized' ? { address, facts: undefined } : undefined;
  }
}

async function listens(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: connectMs, signal });
    const settle = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', settle(true)).once('timeout', settle(false)).once('error', settle(false));
  });
}
