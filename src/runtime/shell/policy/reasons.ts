import type { Reason } from '../../../agent/approval';

function reason(code: string, template: string, ...values: readonly (string | number)[]): Reason {
  return { code: `policy.${code}`, template, values };
}

/** Why something asks, or need not. Each says it to the person who is to decide. */
export const reasons = {
  reads: reason('reads', 'It only reads.'),
  covered: reason('covered', 'A rule of yours covers it.'),
  asksAlways: reason('asks-always', 'Every command asks. This one only reads.'),
  runsAlways: reason('runs-always', 'Everything runs without asking.'),
  empty: reason('empty', 'There is nothing in it to run.'),

  unreadable: reason('unreadable', 'It cannot be read as a bash command.'),
  tooLong: reason('too-long', 'It is too long to be judged.'),
  tooDeep: reason('too-deep', 'It is nested too deeply to be judged.'),
  hidden: reason('hidden', 'It holds characters that cannot be seen.'),
  shellUnknown: reason('shell-unknown', 'An earlier command may have changed what the names in this shell mean.'),

  dynamicName: reason('dynamic-name', 'Which program runs is known only when it runs.'),
  unknown: (name: string) => reason('unknown', '{0} is not known to only read.', name),
  changedName: (name: string) => reason('changed-name', 'An earlier command may have changed what {0} means.', name),
  localProgram: (name: string) => reason('local-program', '{0} is a program or script in a place of its own.', name),
  otherUser: (name: string) => reason('other-user', '{0} runs a command as another user.', name),
  option: (name: string) => reason('option', '{0} may change something, or run a program, with this option.', name),
  operand: (name: string) => reason('operand', '{0} may change something with this argument.', name),
  uncertainArgument: (name: string) =>
    reason('uncertain-argument', 'What this becomes is known only when it runs: it could be an option of {0}.', name),
  script: (name: string) =>
    reason('script', 'The program that {0} is given may change something, or run a command.', name),
  shell: (name: string) => reason('shell', '{0} runs what it is given, and that cannot be read here.', name),
  shellState: (name: string) => reason('shell-state', '{0} changes how this shell understands later commands.', name),
  interactive: (name: string) => reason('interactive', '{0} waits for someone to use it.', name),
  endless: (name: string) => reason('endless', '{0} goes on until it is stopped.', name),
  background: reason('background', 'It goes on in the background.'),
  functionDefinition: reason('function', 'It defines a function, which later commands would run by its name.'),

  writes: reason('writes', 'It writes to a file.'),
  variable: (name: string) => reason('variable', 'The variable {0} changes how programs run.', name),
  variableName: reason('variable-name', 'Which variable is set is known only when it runs.'),
  arithmetic: reason('arithmetic', 'Bash may run what stands in a value that it calculates with.'),
  indirect: reason('indirect', 'Bash may run what stands in a value that it expands twice.'),
  translation: reason('translation', 'Bash may replace this text by a translation.'),
  repository: reason(
    'repository',
    'Git does what the configuration of a repository says, and this may be another one than that of the workspace.',
  ),
  network: (name: string) => reason('network', '{0} may send this argument over the network, to look it up.', name),

  secret: reason('secret', 'It can hold secrets.'),
  secretVariable: (name: string) => reason('secret-variable', 'The variable {0} can hold a secret.', name),
  environment: reason('environment', 'It shows the environment, which can hold secrets.'),
  uncertainFile: reason('uncertain-file', 'Which file is read is known only when it runs.'),
  everything: reason('everything', 'It reads whatever files there are, secrets as well.'),
  secretSearch: reason('secret-search', 'It searches many files for what can be a secret.'),
} as const;
