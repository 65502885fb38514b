import type { DemoEndpoint } from '../runtime/demo/server';
import { createAdmission, type Admission } from '../runtime/endpoint/admission';
import type { RunOptions } from '../runtime/startRun';
import { demoProfile } from '../vscode/endpoints/endpointProfiles';
import type { EndpointAccess, EndpointTools } from '../vscode/endpoints/endpointTools';
import type { PlainModels } from '../vscode/native/modelProvider';
import type { Settings } from '../vscode/settings';

/** The endpoints of this window, as runtime/ reaches them. */
export interface EndpointRuntime {
  readonly tools: EndpointTools;
  readonly plainModels: PlainModels;
  /** Starts the demo endpoint where it is meant. */
  options(access: EndpointAccess): Promise<RunOptions['endpoint']>;
  close(): Promise<void>;
}

export function createEndpointRuntime(settings: Settings): EndpointRuntime {
  /** Where the action grammar was seen not to work; a later run does not try it there again. */
  const grammarMemory = new Map<string, 'rejected' | 'ignored'>();
  /** Tasks that ask the same server wait for each other there. */
  const admissions = new Map<string, Admission>();
  const demo = createDemo();
  const inspection = async () => import('../runtime/endpointInspection');

  const options: EndpointRuntime['options'] = async ({ profile, apiKey }) => {
    const { model, contextLength, parallel, constrain, headers, sessionHeader, caFile, clientCertificate, proxy } =
      profile;
    return {
      baseUrl: profile === demoProfile ? await demo.url() : profile.url,
      apiKey,
      model,
      contextLength,
      parallel,
      constrain,
      headers,
      sessionHeader,
      caFile,
      clientCertificate: clientCertificate && { certFile: clientCertificate.cert, keyFile: clientCertificate.key },
      proxy,
      chat: profile.engine === 'chat',
      temperature: settings.get('temperature'),
      connectTimeoutMs: milliseconds(settings.chosen('connectTimeout')),
      firstTokenTimeoutMs: milliseconds(settings.chosen('firstTokenTimeout')),
      idleTimeoutMs: milliseconds(settings.chosen('idleTimeout')),
      totalTimeoutMs: milliseconds(settings.chosen('replyTimeout')),
      grammarMemory,
      admission: admissionTo(admissions, profile.url),
    };
  };

  return {
    options,
    tools: {
      probe: async (access, signal) => (await inspection()).probeEndpoint(await options(access), signal),
      tryOut: async (access, signal) => (await inspection()).tryOut(await options(access), signal),
      async *diagnose(access, signal) {
        return yield* (await inspection()).diagnose(await options(access), signal);
      },
      findLocalServers: async (signal) => (await inspection()).findLocalServers(signal),
      metrics: async (access) => (await inspection()).openMetrics(await options(access)),
    },
    plainModels: {
      async open(access, signal) {
        const { openPlainModel } = await import('../runtime/plainModel');
        return openPlainModel(await options(access), signal);
      },
      async countTokens(turns) {
        const { countTokens } = await import('../runtime/plainModel');
        return countTokens(turns);
      },
    },
    close: () => demo.close(),
  };
}

/** The demo endpoint, started when it is first needed. */
function createDemo() {
  let starting: Promise<DemoEndpoint> | undefined;
  return {
    async url(): Promise<string> {
      const { startDemoEndpoint } = await import('../runtime/demo/server');
      starting ??= startDemoEndpoint();
      try {
        return (await starting).url;
      } catch (error) {
        starting = undefined;
        throw error;
      }
    },
    async close(): Promise<void> {
      await (await starting)?.close();
    },
  };
}

function admissionTo(admissions: Map<string, Admission>, url: string): Admission {
  const admission = admissions.get(url) ?? createAdmission();
  admissions.set(url, admission);
  return admission;
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
