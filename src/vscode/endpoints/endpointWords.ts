import * as vscode from 'vscode';
import type { EndpointFacts, EngineName } from '../../agent/endpointFacts';

/** The name that a server has for people. */
export function engineInWords(engine: EngineName): string {
  switch (engine) {
    case 'vllm':
      return 'vLLM';
    case 'vllm-router':
      return vscode.l10n.t('vLLM router');
    case 'sglang':
      return 'SGLang';
    case 'llamacpp':
      return 'llama.cpp';
    case 'tgi':
      return 'TGI';
    case 'ollama':
      return 'Ollama';
    case 'lmstudio':
      return 'LM Studio';
    case 'fastchat':
      return 'FastChat';
    case 'litellm':
      return 'LiteLLM';
    case 'openai':
      return vscode.l10n.t('OpenAI-compatible server');
  }
}

/** `vLLM 0.11.0` */
export function serverInWords({ engine, version }: Pick<EndpointFacts, 'engine' | 'version'>): string {
  return version === undefined ? engineInWords(engine) : `${engineInWords(engine)} ${version}`;
}

/** `vLLM 0.11.0 · agentlm-7b · 4096 tokens` */
export function factsInWords(facts: EndpointFacts): string {
  const names = facts.models?.map(({ id }) => id).join(', ');
  return [serverInWords(facts), names, windowInWords(facts)].filter(Boolean).join(' · ');
}

/** `4096 tokens`, or nothing where the server does not say */
export function windowInWords({ contextLength }: Pick<EndpointFacts, 'contextLength'>): string {
  return contextLength === undefined ? '' : vscode.l10n.t('{0} tokens', contextLength);
}
