import type { TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import type { Api } from '../protocol/channel';
import type { StateHostApi, StatePageApi } from '../protocol/statePage';
import { HostedPage } from './hostedPage';
import { sayFrom, type Say } from './page';
import { hostPort, type VsCodeApi } from './vscodeApi';

/** A page that shows one state in the user's language. */
export abstract class StatePage<
  State,
  Key extends string,
  Host extends Api<Host> & StateHostApi<State, Readonly<Record<Key, string>>>,
> extends HostedPage<Host> {
  @state() private shown: State | undefined;
  private say: Say<Key> | undefined;

  /** To be called once, before the page is put into the document. */
  connect(api: VsCodeApi): void {
    this.open<StatePageApi<State>>(hostPort(api), { state: (shown) => void (this.shown = shown) });
    this.ask('ready', null as never).then(({ state: shown, strings }) => {
      this.say = sayFrom<Key>(strings);
      this.shown = shown;
    }, this.refuse);
  }

  protected override render(): TemplateResult {
    return this.shown && this.say ? this.draw(this.shown, this.say) : this.refused();
  }

  /** What was refused has its place in it. */
  protected abstract draw(shown: State, say: Say<Key>): TemplateResult;
}
