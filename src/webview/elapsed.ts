import { nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { duration } from './duration';
import { LightElement } from './lightElement';
import type { Say } from './page';

/** The seconds since something began, for as long as it goes on. The first ones are not worth a word. */
@customElement('agentlm-elapsed')
export class Elapsed extends LightElement {
  @property({ attribute: false }) since!: number;
  @property({ attribute: false }) say!: Say;
  /** Seconds from which on it is shown. */
  @property({ attribute: false }) from = 2;
  /** What is shown. */
  @property({ attribute: false }) view: (elapsed: string) => unknown = (elapsed) => elapsed;

  private timer: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => this.requestUpdate(), 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  protected override render(): unknown {
    const seconds = Math.floor((performance.now() - this.since) / 1000);
    return seconds < this.from ? nothing : this.view(duration(seconds * 1000, this.say));
  }
}
