import { html, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { openChannel, type Api, type Channel, type Listener, type Port } from '../protocol/channel';
import { icon } from './icon';
import { LightElement } from './lightElement';
import type { Request } from './page';

/** A page at the extension's wire: asks it for everything, and shows why the last thing did not happen. */
export abstract class HostedPage<Host extends Api<Host>> extends LightElement {
  @state() protected refusal: string | undefined;
  private channel: Channel<Host> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.channel?.close();
  }

  /** To be called once. */
  protected open<Page extends Api<Page>>(port: Port, handlers: Listener<Page>['handlers']): void {
    this.channel = openChannel<Page, Host>(port, {
      handlers,
      // Only the extension can post to this page, and both are of one version.
      read: (_, argument) => argument as never,
      describe: String,
      onInvalid: () => {},
    });
  }

  protected readonly ask: Channel<Host>['ask'] = (name, argument) =>
    this.channel ? this.channel.ask(name, argument) : Promise.reject(new Error('The page has no host.'));

  /** Asks for what the user wants; when it fails, the page says so. */
  protected readonly request: Request<Host> = (name, argument, onFailure) => {
    this.refusal = undefined;
    this.ask(name, argument).catch((error: unknown) => {
      this.refuse(error);
      onFailure?.();
    });
  };

  protected readonly refuse = (error: unknown): void => {
    this.refusal = error instanceof Error ? error.message : String(error);
  };

  protected refused(): TemplateResult {
    if (this.refusal === undefined) return html``;
    return html`<p class="refusal" role="alert">${icon('error')}<span>${this.refusal}</span></p>`;
  }
}
