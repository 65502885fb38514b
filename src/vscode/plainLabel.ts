import { visible } from '../agent/hiddenCharacters';

/** Other people's text on one line of a tree: nothing in it hides. */
export function plainLine(text: string): string {
  return visible(text.replace(/\s+/g, ' ').trim());
}

/** The same in a list or in the status bar, where a text can ask for an icon. */
export function plainLabel(text: string): string {
  return plainLine(text).replaceAll('$(', '$ (');
}
