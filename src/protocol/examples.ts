import type { RunKind } from './messages';

/**
 * Tasks to begin with, made for the sample folder and the sample database. The page offers them, the demo endpoint
 * knows the answers of the tasks by these very words: they are therefore not translated.
 */
export const examples: Readonly<Record<RunKind, readonly string[]>> = {
  os: [
    'Which file in this folder has the most lines? Answer with its name.',
    'Count the TODO comments in the Python files and answer with the number.',
    "Make a folder named reports and put today's date into reports/date.txt.",
  ],
  chat: [
    'What is the difference between a hard link and a symbolic link?',
    'Write a bash one-liner that lists the ten largest files below a folder.',
  ],
  db: [
    'Which product brought in the most revenue?',
    'How many customers have never placed an order?',
    'Raise the price of every product in the category Tea by 10 percent.',
  ],
};
