import { styleText } from 'node:util';
import type { FileChange } from '../agent/changes';
import { visible } from '../agent/hiddenCharacters';

/** The changes of a run, a line each. */
export function changesInWords(changes: readonly FileChange[]): string {
  return changes.length === 0
    ? 'Nothing was changed.\n'
    : changes.map((change) => `${changeInWords(change)}\n`).join('');
}

const letters = { added: 'A', modified: 'M', deleted: 'D', mode: 'P' } as const;
const looks = { added: 'green', modified: 'yellow', deleted: 'red', mode: 'yellow' } as const;

function changeInWords({ kind, path, before, after, conflict, caution }: FileChange): string {
  const shown = after ?? before;
  const remarks = [
    shown?.type === 'folder' ? 'folder' : shown?.type === 'special' ? 'cannot be applied' : undefined,
    shown?.type === 'link' ? `link to ${visible(shown.target ?? '')}` : undefined,
    before !== undefined && after !== undefined && before.mode !== after.mode
      ? `mode ${before.mode.toString(8)} to ${after.mode.toString(8)}`
      : undefined,
    caution === 'git' ? 'git’s own, applied with --include-git only' : undefined,
    caution === 'editor' ? 'can make the editor run programs' : undefined,
    conflict === 'changed' ? 'changed in the workspace since' : undefined,
    conflict === 'unknown' ? 'changed in the workspace at the same time' : undefined,
  ].filter((remark) => remark !== undefined);
  const said = remarks.length === 0 ? '' : styleText('dim', ` (${remarks.join('; ')})`);
  return `${styleText(looks[kind], letters[kind])} ${visible(path)}${said}`;
}
