import { isRecord } from '../../agent/json';
import { openingLength, splitOf } from '../split';
import { learntReplies, messagesOf, outOfTurn, unfit, type ExportFormat, type Message } from './example';
import { markerIn, refuse, within, type Reading, type Stretch, type TrainerLimits } from './reading';

/** The template that `fastchat/train/train.py` always takes: Vicuna 1.1. */
const system =
  "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions.";
const turnEnd = '</s>';
const reply = ' ASSISTANT: ';

/** Texts that the slow Llama tokenizer reads as special tokens. `<unk>` is the padding token there, and miscounts the row. */
const specialTokens = ['<s>', '<unk>'];

/**
 * FastChat (`fastchat/train/train.py`): a list of `{id, conversations: [{from, value}]}`. It learns every reply, whatever
 * `loss` says. That the primer and the solved example, which every row begins with, are learnt along does no harm; a reply
 * of the run that is not to be learnt may be a wrong one, so that its row is refused, unless its user wants it learnt.
 */
export function fastChat({ learnGiven }: { readonly learnGiven: boolean }): ExportFormat {
  return {
    examples({ dialogue }) {
      const problem = unfit(dialogue);
      if (problem !== undefined) return problem;
      const given = learnGiven ? Infinity : openingLength(dialogue, splitOf(dialogue));
      const turns = dialogue.conversations.map((turn, index) =>
        turn.from === 'gpt' && index < given ? { ...turn, loss: true } : turn,
      );
      const conversations = turns.map(({ from, value }) => ({ from, value }));
      return [{ value: { id: dialogue.id, conversations }, intended: learntReplies(turns) }];
    },
    read,
  };
}

function read(value: unknown, limits: TrainerLimits): Reading {
  const messages = messagesOf(isRecord(value) ? value['conversations'] : undefined, 'from', 'value', specialTokens);
  if ('refused' in messages) return messages;
  if (messages[0]?.role === 'gpt')
    return refuse('roles', 0, 'FastChat drops a first turn that is not human without a word.');
  const wrong = outOfTurn(
    messages,
    ['human', 'gpt'],
    'FastChat stops the training at it, or learns nothing from the row',
  );
  if (wrong !== undefined) return wrong;
  const broken = brokenBySeparator(messages);
  if (broken !== undefined) return broken;
  const stretches = messages.flatMap(({ role, text }, turn): Stretch[] =>
    role === 'human'
      ? [
          { text: `${turn === 0 ? `${system} ` : ''}USER: `, learnt: false, turn: null },
          { text, learnt: false, turn },
          { text: reply, learnt: false, turn: null },
        ]
      : [
          { text, learnt: true, turn },
          { text: turnEnd, learnt: true, turn: null },
        ],
  );
  return within(limits, stretches, 'FastChat cuts the end off without a word');
}

/**
 * The mask is found again in the finished prompt: cut at `</s>`, each round has to fall into two at " ASSISTANT: ". At the
 * first that does not it gives up, finds fewer tokens than there are, and learns nothing from the whole row.
 */
function brokenBySeparator(messages: readonly Message[]): Reading | undefined {
  for (let turn = 0; turn < messages.length; turn += 2) {
    const [asked = '', answered = ''] = [messages[turn]?.text, messages[turn + 1]?.text];
    const prompt = `USER: ${asked}${reply}${answered}`;
    const rounds = prompt.split(turnEnd);
    const [round = ''] = rounds;
    if (rounds.length === 1 && round.split(reply).length === 2) continue;
    const marker = markerIn(prompt, [turnEnd]) ?? reply.trim();
    const where = asked.includes(marker) ? turn : turn + 1;
    return refuse(
      'separator',
      where,
      `The turn holds "${marker}", at which FastChat loses its mask and learns nothing from the row.`,
    );
  }
  return undefined;
}
