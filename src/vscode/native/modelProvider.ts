import * as vscode from 'vscode';
import type { Turn } from '../../agent/conversation';
import { human } from '../../agent/conversation';
import { UserError } from '../../agent/errors';
import type { Model } from '../../agent/model';
import { plainConversation, type PlainMessage } from '../../agent/plainChat';
import { chatSystem } from '../../agent/tasks/chat';
import { addedEndpoint } from './addedEndpoint';
import { withSignal } from '../cancellation';
import { demoProfile, type EndpointProfile } from '../endpoints/endpointProfiles';
import { labelOf, type Endpoints } from '../endpoints/endpoints';
import type { EndpointAccess } from '../endpoints/endpointTools';
import { sentence, type Log } from '../report';
import type { Settings } from '../settings';

/** How an endpoint is asked for replies that are no actions. */
export interface PlainModels {
  /** @throws {UserError} code `endpoint.*` */
  open(access: EndpointAccess, signal: AbortSignal): Promise<Model>;
  /** Tokens that turns take in a prompt; no endpoint is asked. */
  countTokens(turns: readonly Turn[]): Promise<number>;
}

/** As package.json names it. */
export const modelVendor = 'agentlm';

/** Llama-2 reads no more, whatever a server says. */
const longestContext = 4096;

/** A model of VS Code's picker, and the endpoint behind it. */
interface EndpointModel extends vscode.LanguageModelChatInformation {
  readonly profile: EndpointProfile;
  /** Of one that was added in VS Code's own list of models, which keeps its key. */
  readonly access?: EndpointAccess;
}

/**
 * Puts the endpoints of the settings into VS Code's model picker, for its chat and for other extensions. They reply to
 * text with text: no tools, no images. A fork of VS Code that knows no such providers goes without.
 */
export function registerModelProvider(
  endpoints: Endpoints,
  settings: Settings,
  connect: () => Promise<void>,
  models: PlainModels,
  log: Log,
): vscode.Disposable {
  if (!('registerLanguageModelChatProvider' in vscode.lm)) return vscode.Disposable.from();
  return vscode.lm.registerLanguageModelChatProvider(modelVendor, {
    onDidChangeLanguageModelChatInformation: endpoints.onDidChange,
    async provideLanguageModelChatInformation({ silent, ...more }) {
      const access = addedEndpoint(more);
      if (access) return [{ ...describe(access.profile, endpoints, settings), access }];
      if (!silent && profilesOf(endpoints).length === 0) await connect();
      return profilesOf(endpoints).map((profile) => describe(profile, endpoints, settings));
    },
    async provideLanguageModelChatResponse({ profile, access, maxOutputTokens }, messages, options, progress, token) {
      await withSignal(token, async (signal) => {
        try {
          if (options.toolMode === vscode.LanguageModelChatToolMode.Required) throw noTools();
          const { system = chatSystem, turns } = plainConversation(messages.map(readMessage));
          const model = await models.open(access ?? (await endpoints.accessTo(profile)), signal);
          const request = {
            system,
            turns,
            maxTokens: replyTokens(options.modelOptions, maxOutputTokens),
            stop: [],
            grammar: { regex: '', gbnf: '' },
          };
          let begun = false;
          for await (const chunk of model.reply(request, signal)) {
            // The natural first token of Llama-2 brings a space along, which is no part of the reply.
            const text: string = begun ? chunk.text : chunk.text.trimStart();
            begun ||= text !== '';
            if (text !== '') progress.report(new vscode.LanguageModelTextPart(text));
          }
        } catch (error) {
          if (signal.aborted) throw new vscode.CancellationError();
          if (!UserError.is(error)) log.error(error);
          throw new Error(sentence(error), { cause: error });
        }
      });
    },
    async provideTokenCount(_model, content) {
      return models.countTokens([human(typeof content === 'string' ? content : readMessage(content).text)]);
    },
  } satisfies vscode.LanguageModelChatProvider<EndpointModel>);
}

/** The demo is listed for those who chose it. */
function profilesOf({ selected, profiles }: Endpoints): readonly EndpointProfile[] {
  return selected === demoProfile ? [demoProfile, ...profiles] : profiles;
}

function describe(profile: EndpointProfile, endpoints: Endpoints, settings: Settings): EndpointModel {
  const { facts } = endpoints.health(profile);
  const contextLength = Math.min(profile.contextLength ?? facts?.contextLength ?? longestContext, longestContext);
  const maxOutputTokens = Math.min(settings.get('replyTokens'), Math.floor(contextLength / 2));
  const served = profile.model ?? facts?.models?.[0]?.id;
  return {
    profile,
    id: profile.name,
    name: `AgentLM: ${labelOf(profile)}`,
    family: 'agentlm',
    version: served ?? profile.name,
    ...(served === undefined ? {} : { detail: served }),
    tooltip: vscode.l10n.t('Replies with text. For tasks with commands or SQL, ask @agentlm or the AgentLM sidebar.'),
    // One token stays free: SGLang refuses a request that fills the window.
    maxInputTokens: contextLength - maxOutputTokens - 1,
    maxOutputTokens,
    capabilities: { toolCalling: false, imageInput: false },
  };
}

/** The speaker and the text of a message; the hints that VS Code sends along for other models are left out. */
function readMessage({ role, content }: vscode.LanguageModelChatRequestMessage): PlainMessage {
  const from =
    role === vscode.LanguageModelChatMessageRole.Assistant
      ? 'gpt'
      : role === vscode.LanguageModelChatMessageRole.User
        ? 'human'
        : 'system';
  return { from, text: content.map(readPart).join('') };
}

function readPart(part: unknown): string {
  if (part instanceof vscode.LanguageModelTextPart) return part.value;
  if (part instanceof vscode.LanguageModelToolCallPart || part instanceof vscode.LanguageModelToolResultPart) {
    throw noTools();
  }
  const { mimeType } = Object(part) as { readonly mimeType?: unknown };
  if (typeof mimeType === 'string' && mimeType.startsWith('image/')) {
    throw new UserError('model.no-images', 'AgentLM reads text only. Take the image out, or choose another model.');
  }
  return '';
}

function noTools(): UserError {
  return new UserError('model.no-tools', 'AgentLM calls no tools here. Choose another model, or ask @agentlm.');
}

/** @param options as callers write them for other models: by whichever of the two usual names */
function replyTokens(options: Readonly<Record<string, unknown>> | undefined, most: number): number {
  const wanted = Number(options?.['max_tokens'] ?? options?.['maxTokens'] ?? most);
  return Number.isSafeInteger(wanted) && wanted > 0 ? Math.min(wanted, most) : most;
}
