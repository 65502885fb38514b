import { parse, readContext, readCount, readKey } from './readOptions';
import { endpointOptions, readModelPlace, type ModelPlace } from './taskOptions';
import { UsageError } from './usageError';

/** `agentlm chat`. */
export interface ChatArguments extends ModelPlace {
  readonly command: 'chat';
  readonly apiKey: string | undefined;
  readonly context: number | undefined;
  readonly replyTokens: number | undefined;
}

const options = { ...endpointOptions, 'reply-tokens': { type: 'string' } } as const;

/**
 * @param argv what follows `chat`
 * @throws {UsageError}
 */
export function readChat(argv: readonly string[], environment: NodeJS.ProcessEnv): ChatArguments {
  const {
    values,
    positionals: [surplus],
  } = parse(argv, options, 'chat');
  if (surplus !== undefined)
    throw new UsageError(`"${surplus}" is too much for chat: messages are typed, or piped in.`);
  return {
    command: 'chat',
    ...readModelPlace(values, environment),
    apiKey: readKey(values['api-key-env'], environment),
    context: readContext(values.context),
    replyTokens: readCount('--reply-tokens', values['reply-tokens']),
  };
}
