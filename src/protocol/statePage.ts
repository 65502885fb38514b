/** What a page that shows one state asks first: that state, and every text of the page, with `{0}` where a value goes. */
export interface StateHostApi<State, Strings> {
  ready(argument: null): { readonly state: State; readonly strings: Strings };
}

/** What such a page is told. */
export interface StatePageApi<State> {
  /** Sent whole, whenever any of it changes. */
  state(argument: State): void;
}
