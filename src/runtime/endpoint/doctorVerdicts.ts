import type { Usage } from '../../agent/model';
import type { EndpointModel } from './endpointModel';
import { modelWindow, type EndpointFacts } from './facts';
import type { EndpointNotice } from '../../agent/events';

/** One thing that was looked at. What is not `pass` says what to do. */
export interface Check {
  /** Stable: `probe`, `context`, `metrics`, `prompt`, `streaming`, `first-token`, `speed`, `prefix-cache`, `grammar`, `abort`; `reply`. */
  readonly id: string;
  readonly status: 'pass' | 'warn' | 'fail';
  /** Sentences for the user. */
  readonly detail: string;
}

/** What was seen of one reply. Times from the request on, in milliseconds. */
export interface Sample {
  readonly text: string;
  /** In how many it came. */
  readonly pieces: number;
  readonly firstMs: number | undefined;
  readonly lastMs: number;
  readonly usage: Usage | undefined;
}

const names: Readonly<Record<EndpointFacts['engine'], string>> = {
  vllm: 'vLLM',
  'vllm-router': 'A vLLM router',
  sglang: 'SGLang',
  llamacpp: 'llama.cpp',
  tgi: 'Text Generation Inference',
  ollama: 'Ollama',
  lmstudio: 'LM Studio',
  fastchat: 'FastChat',
  litellm: 'LiteLLM',
  openai: 'An OpenAI-compatible server',
};

const check =
  (id: string) =>
  (status: Check['status'], detail: string): Check => ({ id, status, detail });

export function probed({ engine, version, models, chatTemplate }: EndpointFacts, chat: boolean): Check {
  const what = `${names[engine]}${version ? ` ${version}` : ''}`;
  const serves = models?.length ? `, serving ${models.map(({ id }) => id).join(', ')}` : '';
  const result = check('probe');
  if (chat && chatTemplate !== 'llama-2') {
    return result(
      'warn',
      `${what}${serves}. Chat requests are put into a format that ${chatTemplate === 'other' ? 'is not' : 'may not be'} the one AgentLM was trained on. Switch the chat route off for this endpoint, or start the server with the Llama-2 template.`,
    );
  }
  return result('pass', `${what}${serves}.`);
}

const enlarge: Partial<Record<EndpointFacts['engine'], string>> = {
  vllm: '--max-model-len 4096',
  sglang: '--context-length 4096',
  llamacpp: '-np N -c N×4096 for N slots',
  tgi: '--max-total-tokens 4096 --max-input-tokens 4095',
  lmstudio: 'a context length of 4096 in its load settings',
};

export function contextSeen({ engine, contextLength }: EndpointFacts, { contextLength: used }: EndpointModel): Check {
  const result = check('context');
  if (contextLength === undefined && engine !== 'ollama') {
    return result(
      'warn',
      `The server does not say how long its context is; ${used} tokens are assumed. Set the context length of this endpoint if it was started with less.`,
    );
  }
  if (used >= modelWindow) return result('pass', `${used} tokens, all that AgentLM can use.`);
  const how = enlarge[engine];
  return result(
    'warn',
    `${used} of the ${modelWindow} tokens that AgentLM can use. Long tasks are trimmed early. ${how ? `Start the server with ${how}` : 'Give it a longer context'}, or raise the context length of this endpoint.`,
  );
}

const withMetrics: Partial<Record<EndpointFacts['engine'], string>> = {
  sglang: '--enable-metrics',
  llamacpp: '--metrics',
};

export function metricsSeen({ engine, metrics }: EndpointFacts): Check {
  const result = check('metrics');
  if (metrics) return result('pass', 'The server shows its queue and memory.');
  const how = withMetrics[engine];
  return result(
    how ? 'warn' : 'pass',
    how
      ? `The server does not show its queue and memory. Start it with ${how} to see them in the status bar.`
      : 'This server does not show its queue and memory. The speed is measured here instead.',
  );
}

interface PromptFacts {
  /** Of a conversation with `</s><s>` in it. */
  readonly ids: readonly number[] | undefined;
  readonly idsExpected: number;
  /** What the server counted of the prompt that was asked. */
  readonly counted: number | undefined;
  readonly countExpected: number;
}

const bos = 1;
const eos = 2;

/** Whether the prompt arrives as it was trained: one `<s>`, special tokens live, not a token more. */
export function promptBytes({ ids, idsExpected, counted, countExpected }: PromptFacts): Check {
  const result = check('prompt');
  if (ids) {
    const leading = ids.findIndex((id) => id !== bos);
    if (leading !== 1) {
      return result(
        'fail',
        `The server puts ${leading} <s> before a prompt, not one, and answers worse for it. Check the tokenizer (add_bos_token) it was started with.`,
      );
    }
    if (!ids.some((id, index) => id === eos && ids[index + 1] === bos)) {
      return result(
        'fail',
        'The server reads </s><s> between two turns as plain text. Check that its tokenizer knows the special tokens of Llama-2.',
      );
    }
    if (ids.length === idsExpected) return result('pass', `One <s>, and ${ids.length} tokens as counted here.`);
    return result(
      'fail',
      `The server makes ${ids.length} tokens of a prompt that has ${idsExpected}. It does not run the tokenizer of Llama-2: check that the model is AgentLM.`,
    );
  }
  if (counted === undefined) {
    return result('warn', 'The server does not count the tokens of a prompt, so it cannot be seen what it reads.');
  }
  if (counted === countExpected) return result('pass', `${counted} tokens, as counted here.`);
  return result(
    'fail',
    `The server counts ${counted} tokens in a prompt that has ${countExpected}. It adds something of its own, such as a chat template or a second <s>, or it does not run AgentLM.`,
  );
}

export function streamed({ pieces, firstMs, lastMs }: Sample): Check {
  const result = check('streaming');
  if (firstMs === undefined) {
    return result('fail', 'The model said nothing. Check that it is AgentLM and that its weights are whole.');
  }
  if (pieces > 1 && lastMs > firstMs) return result('pass', `The reply came in ${pieces} pieces.`);
  return result(
    'warn',
    'The reply came in one piece. A proxy in between may hold it back: switch off its buffering (nginx: proxy_buffering off).',
  );
}

const slowFirstTokenMs = 3000;

export function firstToken({ firstMs }: Sample): Check {
  const result = check('first-token');
  if (firstMs === undefined) return result('fail', 'No token came.');
  const seconds = `${(firstMs / 1000).toFixed(2)} s to the first token`;
  if (firstMs <= slowFirstTokenMs) return result('pass', `${seconds}.`);
  return result(
    'warn',
    `${seconds}. The server is busy, was still loading the model, or runs on a CPU. Try again when it is idle.`,
  );
}

/** Fewer are slower than a person reads. */
const slowTokensPerSecond = 5;

export function speed({ pieces, firstMs, lastMs, usage }: Sample): Check {
  const result = check('speed');
  const tokens = usage?.completionTokens ?? pieces;
  if (firstMs === undefined || tokens < 2 || lastMs <= firstMs) {
    return result('warn', 'The reply was too short to measure. Ask again, or use the model for a while.');
  }
  const rate = (tokens - 1) / ((lastMs - firstMs) / 1000);
  const words = `${rate.toFixed(1)} tokens a second`;
  if (rate >= slowTokensPerSecond) return result('pass', `${words}.`);
  return result('warn', `${words}. Use a GPU, a quantised model or a smaller one.`);
}

const withCache: Partial<Record<EndpointFacts['engine'], string>> = {
  vllm: 'Start vLLM with --enable-prompt-tokens-details to see it',
  'vllm-router': 'Start vLLM with --enable-prompt-tokens-details to see it',
  sglang: 'Start SGLang with --enable-cache-report to see it',
};

export function prefixCache({ engine, reportsCachedTokens }: EndpointFacts, usage: Usage | undefined): Check {
  const result = check('prefix-cache');
  const { cachedTokens = null, promptTokens = 0 } = usage ?? {};
  if (cachedTokens === null) {
    const how = withCache[engine];
    return result(
      how ? 'warn' : 'pass',
      how
        ? `It is not reported whether a prompt is read again. ${how}.`
        : 'This server does not say how much of a prompt it had kept.',
    );
  }
  if (cachedTokens > 0)
    return result('pass', `${cachedTokens} of ${promptTokens} tokens of the second prompt were kept from the first.`);
  return result(
    'warn',
    `Nothing of the first prompt was kept for the second, so each step reads the whole conversation again. ${
      reportsCachedTokens
        ? 'Start the server without --no-cache-prompt.'
        : 'Switch prefix caching on, and send a conversation to one replica only (header X-Session-Id).'
    }`,
  );
}

export function grammarKept({ grammar }: EndpointFacts, notices: readonly EndpointNotice[], text: string): Check {
  const result = check('grammar');
  const codes = new Set(notices.map(({ code }) => code));
  const rest =
    'Runs work, but malformed replies are likelier. Update the server, or switch constrained replies off for this endpoint.';
  if (codes.has('grammar-rejected')) return result('warn', `The server rejected a grammar (${grammar}). ${rest}`);
  if (codes.has('grammar-ignored'))
    return result('warn', `The server took a grammar (${grammar}) and ignored it. ${rest}`);
  if (!/^ ?(?:alpha|beta) (?:gamma|delta)$/.test(text)) {
    return result(
      'warn',
      `The reply kept to the grammar (${grammar}) but was not finished, so it is not certain. Ask again.`,
    );
  }
  return result('pass', `Replies are held to the action grammar (${grammar}).`);
}

export function grammarUnused({ grammar }: EndpointFacts, switchedOff: boolean): Check {
  const result = check('grammar');
  if (switchedOff && grammar !== 'none')
    return result('pass', 'Constrained replies are switched off for this endpoint.');
  return result(
    'warn',
    'This server cannot hold a reply to the action grammar, so malformed replies are likelier. vLLM, SGLang, llama.cpp and TGI from 1.4.3 can.',
  );
}

export function abortUnseen(): Check {
  return check('abort')(
    'pass',
    'The connection of a stopped reply is closed. This server does not show whether it stops generating.',
  );
}

export function abortHidden(running: number): Check {
  return check('abort')(
    'warn',
    `It could not be seen whether a stopped reply stops, because ${running} other requests are running. Test again when the server is idle.`,
  );
}

export function abortSeen(stopped: boolean, afterMs: number): Check {
  const result = check('abort');
  if (stopped) return result('pass', `A stopped reply ended on the server within ${Math.ceil(afterMs)} ms.`);
  return result(
    'warn',
    'The server went on with a reply that was stopped, and keeps its GPU busy for nobody. Check the proxy or router in between: it must pass on that the client has left.',
  );
}
