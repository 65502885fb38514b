import { human, type Turn } from './conversation';
import { UserError } from './errors';
import type { Model } from './model';

/** The turns to send, and how full the window is. */
export interface Fitted {
  readonly turns: readonly Turn[];
  /** Exact tokens of the prompt that `turns` become. */
  readonly promptTokens: number;
  /** Turns between the task and the rest that are left out, in all. */
  readonly omittedTurns: number;
  /** True when this call left out more than the one before. */
  readonly trimmed: boolean;
}

/** After a trim, how much of the room is used: trimming in big steps keeps the server's prefix cache in between. */
const trimTo = 0.6;

/**
 * Decides what fits into the context window. The opening (instruction, example, task) always stays; what goes first is
 * the oldest exchange after it. The task then ends with the notice of the paper's harness. Between two trims each prompt
 * extends the one before it.
 */
export class ContextBudget {
  private omitted = 0;

  /** Tokens kept free for the reply. */
  readonly reservedTokens: number;

  /** @param replyTokens wanted for the reply; it gets no more than half of the window */
  constructor(
    private readonly model: Pick<Model, 'contextLength' | 'countTokens'>,
    replyTokens: number,
    private readonly openingLength: number,
  ) {
    this.reservedTokens = Math.min(replyTokens, Math.floor(model.contextLength / 2));
  }

  /** Tokens that a prompt may take; one stays free because SGLang refuses a request that fills the window. */
  get promptLimit(): number {
    return this.model.contextLength - this.reservedTokens - 1;
  }

  /** @throws {UserError} `run.too-long` when not even the opening and the newest exchange fit. */
  async fit(turns: readonly Turn[]): Promise<Fitted> {
    const before = this.omitted;
    let kept = this.without(turns);
    let promptTokens = await this.model.countTokens(kept);
    if (promptTokens > this.promptLimit) {
      const opening = await this.model.countTokens(turns.slice(0, this.openingLength));
      const target = opening + trimTo * Math.max(0, this.promptLimit - opening);
      while (promptTokens > target && this.canOmitMore(turns)) {
        this.omitted += 2;
        kept = this.without(turns);
        promptTokens = await this.model.countTokens(kept);
      }
    }
    if (promptTokens > this.promptLimit) {
      throw new UserError(
        'run.too-long',
        'The task needs {0} tokens, but only {1} of the {2} that the model can read are free for it. Shorten the task, or choose a model with a longer context.',
        [promptTokens, this.promptLimit, this.model.contextLength],
      );
    }
    return { turns: kept, promptTokens, omittedTurns: this.omitted, trimmed: this.omitted > before };
  }

  /** Cuts a text to a number of tokens, for what is cheap in characters but dear in tokens (Llama-2: one a digit). */
  async cut(text: string, tokens: number): Promise<string> {
    const count = (part: string): Promise<number> => this.model.countTokens([human(part)]);
    if (text.length <= tokens || (await count(text)) <= tokens) return text;
    const characters = Array.from(text);
    let low = 0;
    let high = characters.length;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((await count(characters.slice(0, middle).join(''))) <= tokens) low = middle;
      else high = middle - 1;
    }
    return characters.slice(0, low).join('');
  }

  private without(turns: readonly Turn[]): readonly Turn[] {
    const task = turns[this.openingLength - 1];
    if (this.omitted === 0 || !task) return turns;
    return [
      ...turns.slice(0, this.openingLength - 1),
      human(`${task.value}\n\n[NOTICE] ${this.omitted} messages are omitted.`),
      ...turns.slice(this.openingLength + this.omitted),
    ];
  }

  /** The newest exchange, a reply and its observation, always stays. */
  private canOmitMore(turns: readonly Turn[]): boolean {
    return turns.length - this.openingLength - this.omitted > 2;
  }
}
