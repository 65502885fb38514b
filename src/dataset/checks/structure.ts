import type { Dialogue } from '../../agent/conversation';
import type { Problem } from '../problem';

/** What trainers of AgentInstruct take for granted: roles, loss flags, and something to learn. */
export function structureProblems({ conversations }: Dialogue): Problem[] {
  const problems: Problem[] = [];
  const [first] = conversations;
  if (first === undefined) {
    return [{ code: 'nothing-learnt', turn: null, detail: 'The conversation is empty.' }];
  }
  if (first.from !== 'human') {
    problems.push({
      code: 'first-not-human',
      turn: 0,
      detail: 'The first turn is not human. Trainers drop or refuse it.',
    });
  }
  conversations.forEach(({ from, loss, value }, turn) => {
    if (turn > 0 && conversations[turn - 1]?.from === from) {
      problems.push({ code: 'roles', turn, detail: `Two turns of ${from} follow each other. Join or remove one.` });
    }
    if (from === 'human' && loss !== null) {
      problems.push({ code: 'loss', turn, detail: `A human turn carries loss: ${loss}. It has to be null.` });
    }
    if (from === 'gpt' && loss === null) {
      problems.push({
        code: 'loss',
        turn,
        detail: 'A reply carries no loss, and trainers would learn it. Say true or false.',
      });
    }
    if (value.trim() === '') problems.push({ code: 'empty-turn', turn, detail: `The ${from} turn is empty.` });
  });
  const last = conversations.length - 1;
  if (!conversations.some(({ from, loss }) => from === 'gpt' && loss === true)) {
    problems.push({ code: 'nothing-learnt', turn: null, detail: 'No reply carries loss: true, so nothing is learnt.' });
  } else if (conversations[last]?.from !== 'gpt' || conversations[last].loss !== true) {
    problems.push({
      code: 'last-not-learnt',
      turn: last,
      detail: 'The last turn is not a reply with loss: true. Nobody learns from what follows the last learnt reply.',
    });
  }
  return problems;
}
