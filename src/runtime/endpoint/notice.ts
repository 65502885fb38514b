import type { UserError } from '../../agent/errors';

/** What an endpoint does that is no error, but that the user should see. */
export type EndpointNotice =
  /** It will be asked again after so many milliseconds; aborting the run ends the wait. */
  | { readonly code: 'waiting'; readonly reason: UserError; readonly waitMs: number; readonly attempt: number }
  /** It refused the action grammar; from now on replies are not constrained there. */
  | { readonly code: 'grammar-rejected'; readonly reason: UserError }
  /** It took the action grammar and did not keep to it; from now on replies are not constrained there. */
  | { readonly code: 'grammar-ignored' }
  /** A reply ran into the limit of its tokens, and the model was asked to go on. */
  | { readonly code: 'continued' }
  /** Chat requests are put into the server's own format, which is not the one that AgentLM knows or cannot be seen. */
  | { readonly code: 'chat-template'; readonly template: 'other' | 'unknown' };
