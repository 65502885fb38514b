import { LitElement } from 'lit';

/** Renders into the document itself: one style sheet, VS Code's variables and `aria-` references reach everywhere. */
export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
