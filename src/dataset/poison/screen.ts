import type { Dialogue } from '../../agent/conversation';
import { actionOf } from '../actions';
import { quoted, type Problem } from '../problem';
import { openingLength, problemOf, type Split } from '../split';
import { dangerOf } from './commands';
import { RepeatWatch } from './repeats';

/** Characters that a reader does not see and a model does: zero width, bidirectional controls, tags. */
const hidden = /[\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}]/u;

/** Longer actions are read up to here; the patterns look back and forth. */
const longestAction = 8_000;

interface LearntAction {
  readonly turn: number;
  readonly language: 'bash' | 'sql';
  readonly text: string;
  /** All that was said before. */
  readonly known: string;
}

/**
 * Looks for rows that would teach a model to do harm: by what an action does, and by what repeats across trajectories. A
 * finding is a reason for a person to look, not a proof. Every row is shown twice: first to `learn`, then to `check`.
 */
export class PoisonScreen {
  private readonly repeats = new RepeatWatch();

  learn(dialogue: Dialogue, split: Split): void {
    if (split !== 'general') this.repeats.learn(problemOf(dialogue, split), learntActions(dialogue, split));
  }

  check(dialogue: Dialogue, split: Split): Problem[] {
    const problems: Problem[] = [];
    const asked = problemOf(dialogue, split);
    for (const { turn, language, text, known } of learntActions(dialogue, split)) {
      const danger = dangerOf(text.slice(0, longestAction), language, asked);
      if (danger !== undefined) {
        problems.push({ code: 'poison', turn, detail: `The action ${danger}: ${quoted(text, 100)}.` });
        continue;
      }
      const repeat = split === 'general' ? undefined : this.repeats.judge(text, known);
      if (repeat !== undefined) problems.push({ code: 'poison', turn, detail: repeat });
    }
    const opening = split === 'general' ? 0 : openingLength(dialogue, split);
    dialogue.conversations.forEach(({ from, loss, value }, turn) => {
      const character = hidden.exec(value)?.[0];
      if (character === undefined || (from === 'human' ? turn >= opening : loss !== true)) return;
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      problems.push({ code: 'poison', turn, detail: `The turn holds U+${code}, which nobody sees and a model reads.` });
    });
    return problems;
  }
}

/** What a learnt reply would have done: its action, or in a row of no known task its blocks of bash and SQL. */
function learntActions(dialogue: Dialogue, split: Split): LearntAction[] {
  const found: LearntAction[] = [];
  let known = '';
  dialogue.conversations.forEach(({ from, loss, value }, turn) => {
    if (from === 'gpt' && loss === true) {
      for (const { language, text } of commandsOf(value, split)) found.push({ turn, language, text, known });
    } else {
      known += `\n${value}`;
    }
  });
  return found;
}

function commandsOf(reply: string, split: Split): { language: 'bash' | 'sql'; text: string }[] {
  const action = actionOf(reply, split);
  if (action !== undefined && 'kind' in action && (action.kind === 'bash' || action.kind === 'sql')) {
    return [{ language: action.kind, text: action.text }];
  }
  if (action !== undefined && 'kind' in action) return [];
  return [...reply.matchAll(/^[ \t]*```(bash|sh|shell|console|mswea_bash_command|sql)[^\n]*\n([^]*?)^[ \t]*```/gm)].map(
    ([, name, text = '']) => ({ language: name === 'sql' ? 'sql' : 'bash', text }),
  );
}
