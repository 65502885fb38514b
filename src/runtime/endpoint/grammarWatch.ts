import { UserError } from '../../agent/errors';
import type { FinishReason, Grammar } from '../../agent/model';
import type { Endpoint } from './address';
import type { EndpointFacts, GrammarField } from './facts';
import { grammarCheck } from './grammarCheck';
import type { EndpointNotice } from '../../agent/events';

/**
 * What is known of the action grammar at each endpoint, by a name for the server that changes with its version. A `Map` will do;
 * whoever keeps it longer than a conversation hands it in again.
 */
export interface GrammarMemory {
  get(server: string): GrammarVerdict | undefined;
  set(server: string, verdict: GrammarVerdict): unknown;
}

/** `rejected`: with an error. `ignored`: with a reply that does not keep to it. */
export type GrammarVerdict = 'rejected' | 'ignored';

interface WatchOptions {
  readonly name: string;
  readonly grammarMemory: GrammarMemory;
  readonly onNotice: (notice: EndpointNotice) => void;
}

/**
 * Sees to it that one request is constrained only where that works, and finds out when it does not: a grammar is an
 * optimisation, never a guarantee, since most servers ignore a field they do not know (llama.cpp 0.5.0 measured).
 */
export function watchGrammar(
  { address }: Endpoint,
  { engine, version, grammarFields }: EndpointFacts,
  grammar: Grammar,
  { name, grammarMemory, onNotice }: WatchOptions,
) {
  const server = [address, engine, version ?? '', name].join(' ');
  const fields: readonly GrammarField[] = grammarMemory.get(server) ? [] : grammarFields;
  let reply = '';
  let judged = fields.length === 0;

  function judge(fits: boolean): void {
    if (judged) return;
    judged = true;
    if (fits) return;
    grammarMemory.set(server, 'ignored');
    onNotice({ code: 'grammar-ignored' });
  }

  return {
    fields,

    see(text: string, finish: FinishReason | undefined): void {
      if (judged) return;
      reply += text;
      if (finish === 'stop') judge(grammarCheck(grammar.regex).whole(reply));
    },

    /** A reply that was not ended by the model must still be the beginning of one that fits. */
    leave(): void {
      if (!judged && reply) judge(grammarCheck(grammar.regex).beginning(reply));
    },

    /** True when the request failed because of the grammar: then it is worth another try without. */
    rejected(error: unknown): boolean {
      if (fields.length === 0 || !UserError.is(error) || error.code !== 'endpoint.grammar-rejected') return false;
      judged = true;
      grammarMemory.set(server, 'rejected');
      onNotice({ code: 'grammar-rejected', reason: error });
      return true;
    },
  };
}
