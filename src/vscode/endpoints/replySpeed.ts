import type { AgentEvent } from '../../agent/events';

/** Characters of a Llama-2 token, at least, in English and in code. */
const charactersPerToken = 4;

/** How fast the model answers, as its replies arrive here: of a whole run, whatever else the server does. */
export class ReplySpeed {
  private asked: number | undefined;
  private first = 0;
  private last = 0;
  private pieces = 0;
  private characters = 0;
  private before = { tokens: 0, milliseconds: 0 };
  /** From the prompt to the first token of the newest reply. */
  firstTokenMs: number | undefined;

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number) {}

  /** Tokens a second while a reply arrives; undefined until there is something to measure. */
  get tokensPerSecond(): number | undefined {
    const { tokens, milliseconds } = this.total();
    return milliseconds > 0 ? tokens / (milliseconds / 1000) : undefined;
  }

  hear(event: AgentEvent): void {
    if (event.type === 'context') {
      this.before = this.total();
      this.pieces = 0;
      this.characters = 0;
      this.asked = this.now();
    }
    if (event.type !== 'delta' || this.asked === undefined) return;
    this.last = this.now();
    if (this.pieces === 0) {
      this.first = this.last;
      this.firstTokenMs = this.first - this.asked;
    } else this.characters += event.text.length;
    this.pieces++;
  }

  /** Most servers send a token at a time; where they do not, the length of the text says more. What came first took no time. */
  private total() {
    const tokens = Math.max(0, this.pieces - 1, this.characters / charactersPerToken);
    return {
      tokens: this.before.tokens + tokens,
      milliseconds: this.before.milliseconds + (this.pieces > 1 ? this.last - this.first : 0),
    };
  }
}
