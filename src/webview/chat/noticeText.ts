import type { PageNotice } from '../../protocol/messages';
import { duration } from '../duration';
import type { Say } from '../page';

/** A notice in words. The reason that a server gave is part of them: it is text of somebody else's. */
export function noticeText(notice: PageNotice, say: Say): string {
  switch (notice.code) {
    case 'trimmed':
      return say('notice.trimmed', notice.omittedTurns);
    case 'repetition':
      return say('notice.repetition');
    case 'interrupted':
      return say('notice.interrupted');
    case 'malformed':
      return say(`malformed.${notice.problem.code}`);
    case 'waiting':
      return notice.waitMs < 1000
        ? say('notice.askedAgain', notice.reason)
        : say('notice.waiting', notice.reason, duration(notice.waitMs, say));
    case 'queued':
      return say('notice.queued', notice.ahead);
    case 'grammar-rejected':
      return say('notice.grammarRejected', notice.reason);
    case 'grammar-ignored':
      return say('notice.grammarIgnored');
    case 'continued':
      return say('notice.continued');
    case 'chat-template':
      return say(`notice.template.${notice.template}`);
    case 'copying':
      return say('notice.copying', Math.floor(100 * notice.share));
    case 'tables-shortened':
      return say('notice.tablesShortened');
  }
}
