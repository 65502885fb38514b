import type { Turn } from '../../agent/conversation';
import { isRecord } from '../../agent/json';
import { llamaSeparators } from '../checks/separators';
import type { Row, Verdict } from '../row';
import { learntReplies, messagesOf, outOfTurn, unfit, type Example, type ExportFormat, type Message } from './example';
import { chatMessages } from './openAi';
import { refuse, within, type Reading, type Stretch, type TrainerLimits } from './reading';

/** What a person said of a row; published AgentInstruct holds only what was accepted, by its reward. */
export function verdictOf({ format, about }: Row): Verdict | undefined {
  return about.verdict ?? (format === 'agentinstruct' ? 'accepted' : undefined);
}

/**
 * TRL's KTO, conversational: `{prompt, completion, label}`. Every learnt reply of an accepted row is wished for; of a
 * rejected one its last reply is not, where the run went wrong for good; of a reply that a person wrote anew the new words are
 * wished for and the old ones not.
 */
export const kto: ExportFormat = {
  examples(row) {
    const verdict = verdictOf(row);
    if (verdict === undefined) return refuse('no-verdict', null, 'Nobody accepted or rejected the row.');
    const problem = unfit(row.dialogue);
    if (problem !== undefined) return problem;
    const { conversations } = row.dialogue;
    if (verdict === 'rejected') {
      const last = learntReplies(conversations).slice(-1);
      return last.map(({ turn, text }) => ktoExample(conversations.slice(0, turn), text, false));
    }
    const corrected = row.about.corrections ?? [];
    return [
      ...learntReplies(conversations).map(({ turn, text }) => ktoExample(conversations.slice(0, turn), text, true)),
      ...corrected.map(({ turn, original }) => ktoExample(conversations.slice(0, turn), original, false)),
    ];
  },
  read(value, limits) {
    if (!isRecord(value) || typeof value['label'] !== 'boolean')
      return refuse('shape', null, 'KTO wants a label, true or false.');
    const prompt = readPrompt(value['prompt']);
    return 'refused' in prompt ? prompt : readCompletion(prompt, value['completion'], limits, 'truncates the example');
  },
};

function ktoExample(prompt: readonly Turn[], completion: string, label: boolean): Example {
  return {
    value: { prompt: chatMessages(prompt), completion: [{ role: 'assistant', content: completion }], label },
    intended: [{ turn: prompt.length, text: completion }],
  };
}

/**
 * TRL's DPO, conversational: `{prompt, chosen, rejected}`. A pair comes from a reply that a person wrote anew, or from an
 * accepted and a rejected run of the same task, at the first reply in which they differ.
 */
export const dpo: ExportFormat = {
  examples(row) {
    const problem = unfit(row.dialogue);
    if (problem !== undefined) return problem;
    const { conversations } = row.dialogue;
    const corrections = row.about.corrections ?? [];
    if (corrections.length === 0) {
      return refuse(
        'no-pair',
        null,
        'Nobody wrote a reply anew, and there is no other run of this task with the other verdict.',
      );
    }
    return corrections.map(({ turn, original }) =>
      dpoExample(conversations.slice(0, turn), conversations[turn]?.value ?? '', original),
    );
  },
  read: readPair,
};

/** The pair that two runs of one task make; undefined where they part in what the environment said, or not at all. */
export function pairOf(accepted: readonly Turn[], rejected: readonly Turn[]): Example | undefined {
  const parting = accepted.findIndex(({ value }, turn) => value !== rejected[turn]?.value);
  const [chosen, other] = [accepted[parting], rejected[parting]];
  if (chosen?.from !== 'gpt' || other?.from !== 'gpt') return undefined;
  return dpoExample(accepted.slice(0, parting), chosen.value, other.value);
}

function dpoExample(prompt: readonly Turn[], chosen: string, rejected: string): Example {
  const reply = (content: string) => [{ role: 'assistant', content }];
  return {
    value: { prompt: chatMessages(prompt), chosen: reply(chosen), rejected: reply(rejected) },
    intended: [{ turn: prompt.length, text: chosen }],
  };
}

function readPair(value: unknown, limits: TrainerLimits): Reading {
  if (!isRecord(value)) return refuse('shape', null, 'The example is no object.');
  const prompt = readPrompt(value['prompt']);
  if ('refused' in prompt) return prompt;
  const rejected = readCompletion(prompt, value['rejected'], limits, 'truncates the rejected side');
  if ('refused' in rejected) return rejected;
  const chosen = readCompletion(prompt, value['chosen'], limits, 'truncates the chosen side');
  if ('refused' in chosen) return chosen;
  return chosen.stretches.map(({ text }) => text).join('') === rejected.stretches.map(({ text }) => text).join('')
    ? refuse('same-answer', prompt.length, 'Both answers are the same, so there is nothing to prefer.')
    : chosen;
}

/** The prompt ends with what the user says: only then does TRL put the start of a reply behind it. */
function readPrompt(list: unknown): readonly Message[] | Extract<Reading, { refused: unknown }> {
  const prompt = messagesOf(list, 'role', 'content', llamaSeparators);
  if ('refused' in prompt) return prompt;
  if (prompt.at(-1)?.role !== 'user')
    return refuse('roles', prompt.length - 1, 'The prompt does not end with the user.');
  const wrong = outOfTurn(
    [...prompt, { role: 'assistant', text: '', extra: {} }],
    ['user', 'assistant'],
    'the chat template refuses it',
  );
  return wrong ?? prompt;
}

function readCompletion(
  prompt: readonly Message[],
  list: unknown,
  limits: TrainerLimits,
  whatHappens: string,
): Reading {
  const completion = messagesOf(list, 'role', 'content', llamaSeparators);
  if ('refused' in completion) return completion;
  const [reply] = completion;
  if (completion.length !== 1 || reply?.role !== 'assistant')
    return refuse('shape', prompt.length, 'The completion is not one reply.');
  if (reply.text.trim() === '') return refuse('empty-turn', prompt.length, 'The reply is empty.');
  const stretches: Stretch[] = [
    ...prompt.flatMap(({ role, text }, turn): Stretch[] =>
      role === 'user'
        ? [
            { text: '<s>[INST] ', learnt: false, turn: null },
            { text: text.trim(), learnt: false, turn },
            { text: ' [/INST] ', learnt: false, turn: null },
          ]
        : [
            { text: text.trim(), learnt: false, turn },
            { text: ' </s>', learnt: false, turn: null },
          ],
    ),
    { text: reply.text.trim(), learnt: true, turn: prompt.length },
    { text: ' </s>', learnt: true, turn: null },
  ];
  return within(limits, stretches, `TRL ${whatHappens}`);
}
