import type { Dialogue } from '../../agent/conversation';
import { actionOf, isObservation } from '../actions';
import { quoted, type Problem } from '../problem';
import { openingLength, type Split } from '../split';

/** Whether each learnt reply holds an action, and each answer to one is worded as the environment words it. */
export function wordingProblems(dialogue: Dialogue, split: Split): Problem[] {
  if (split === 'general') return [];
  const problems: Problem[] = [];
  const opening = openingLength(dialogue, split);
  dialogue.conversations.forEach(({ from, loss, value }, turn) => {
    if (from === 'gpt') {
      if (loss !== true) return;
      const action = actionOf(value, split);
      if (action !== undefined && 'problem' in action) problems.push({ code: 'action', turn, detail: action.problem });
      return;
    }
    // A reply that is not learnt may have been answered with a reminder instead.
    const answersLearnt = turn >= opening && dialogue.conversations[turn - 1]?.loss === true;
    if (answersLearnt && !isObservation(value, split)) {
      problems.push({
        code: 'observation',
        turn,
        detail: `The turn is not worded like an observation of the ${split} task: ${quoted(value)}.`,
      });
    }
  });
  return problems;
}
