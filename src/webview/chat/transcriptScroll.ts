import type { LitElement, ReactiveController } from 'lit';

/** Pixels from its end at which a transcript still counts as read to the end. */
const nearEnd = 32;
/** Pixels from an edge of what is drawn at which more is drawn. */
const nearEdge = 800;

/** What people scroll with: a scroll that nothing of this came before was none of theirs. */
const signs = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;
const keys: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' ', 'Tab']);
/** Milliseconds for which a scroll goes on after the hand that began it. */
const lingering = 1000;

export interface TranscriptEdges {
  /** Somebody is about to read beyond what is drawn. */
  readonly readsOn: (toward: 'beginning' | 'end') => void;
  /** Whether what is drawn reaches to the end of the run. */
  readonly isAtEnd: () => boolean;
}

/**
 * Where somebody reads: follows the end for as long as it is read, and says when an edge of what is drawn comes near.
 * What is drawn above moves nothing: the browser holds on to what is read (`overflow-anchor` in chat.css).
 */
export class TranscriptScroll implements ReactiveController {
  followsEnd = true;
  /** When somebody last did something that can scroll. */
  private touchedAt = -Infinity;

  constructor(
    private readonly host: LitElement,
    private readonly edges: TranscriptEdges,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    for (const sign of signs) this.host.addEventListener(sign, this.touched, { passive: true });
  }

  hostDisconnected(): void {
    for (const sign of signs) this.host.removeEventListener(sign, this.touched);
  }

  private readonly touched = (event: Event): void => {
    const { scroller } = this;
    if (!(event.target instanceof Node) || !scroller?.contains(event.target)) return;
    // A click on a button is none: only its scroll bar is the element itself.
    if (event.type === 'pointerdown' && event.target !== scroller) return;
    if (event instanceof KeyboardEvent && !keys.has(event.key)) return;
    this.touchedAt = performance.now();
  };

  hostUpdated(): void {
    // The parts draw themselves after this element: a frame later the height is the final one.
    requestAnimationFrame(() => {
      const { scroller } = this;
      if (!scroller) return;
      if (this.followsEnd) scroller.scrollTo({ top: scroller.scrollHeight });
      this.look(scroller);
    });
  }

  readonly scrolled = (): void => {
    const { scroller } = this;
    if (!scroller) return;
    if (below(scroller) < nearEnd) this.followsEnd = this.edges.isAtEnd();
    // What is drawn anew scrolls as well, and nobody meant to leave the end by that.
    else if (performance.now() < this.touchedAt + lingering) this.followsEnd = false;
    this.look(scroller);
  };

  toEnd(): void {
    this.followsEnd = true;
    this.host.requestUpdate();
  }

  toBeginning(): void {
    this.followsEnd = false;
    this.scroller?.scrollTo({ top: 0 });
    this.scroller?.focus({ preventScroll: true });
  }

  /**
   * The step takes the focus, for those who do not see where it is.
   * @returns false where it is not drawn
   */
  toStep(step: number): boolean {
    const row = this.host.querySelector<HTMLElement>(`[data-step="${step}"]`);
    if (!row) return false;
    this.followsEnd = false;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'start' });
    return true;
  }

  private look(scroller: HTMLElement): void {
    // At the very top the browser holds on to nothing.
    if (scroller.scrollTop < nearEdge) {
      if (scroller.scrollTop === 0 && scroller.scrollHeight > scroller.clientHeight) scroller.scrollTop = 1;
      this.edges.readsOn('beginning');
    }
    if (below(scroller) < nearEdge) this.edges.readsOn('end');
  }

  private get scroller(): HTMLElement | null {
    return this.host.querySelector('.transcript');
  }
}

/** Pixels of what is drawn that are below what is seen. */
function below({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight;
}
