import assert from 'node:assert/strict';
import fc from 'fast-check';
import { passes, samples } from './corpus';

/** What runs on one line, and is a command on its own: it can be put anywhere a command can stand. */
const dangerous = samples('dangerous')
  .filter(({ category, command }) => category !== 'unreadable' && !/[\n#&]|^(!|time|coproc|select)\b/.test(command))
  .map(({ command }) => command);

const single = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Ways to run a command without its standing there on its own. */
const wrappers: readonly ((command: string) => string)[] = [
  (command) => `ls; ${command}`,
  (command) => `${command}; ls`,
  (command) => `ls && ${command} || true`,
  (command) => `ls | ${command}`,
  (command) => `{ ${command}; }`,
  (command) => `( ${command} )`,
  (command) => `if true; then ${command}; fi`,
  (command) => `if ${command}; then ls; else pwd; fi`,
  (command) => `for i in 1 2; do ${command}; done`,
  (command) => `while false; do ${command}; done`,
  (command) => `until ${command}; do break; done`,
  (command) => `for ((i = 0; i < 2; i++)); do ${command}; done`,
  (command) => `case x in x) ${command} ;; esac`,
  (command) => `echo "$( ${command} )"`,
  (command) => `echo $( ${command} )`,
  (command) => `x=$( ${command} ); echo done`,
  (command) => `cat <( ${command} )`,
  (command) => `ls > /dev/null < <( ${command} )`,
  (command) => `cat <<< "$( ${command} )"`,
  (command) => `cat <<END\n$( ${command} )\nEND\n`,
  (command) => `[[ -n $( ${command} ) ]]`,
  (command) => `[ -n "$( ${command} )" ]`,
  (command) => `echo \${x:-$( ${command} )}`,
  (command) => `f() { ${command}; }; f`,
  (command) => `! { ${command}; }`,
  (command) => `time { ${command}; }`,
  (command) => `bash -c ${single(command)}`,
  (command) => `sh -c ${single(command)}`,
  (command) => `env LC_ALL=C bash -c ${single(command)}`,
  (command) => `timeout 5 bash -c ${single(command)}`,
  (command) => `nice bash -c ${single(command)}`,
  (command) => `xargs bash -c ${single(command)}`,
  (command) => `find . -exec bash -c ${single(command)} \\;`,
  (command) => `command bash -c ${single(command)}`,
  (command) => `eval ${single(command)}`,
  (command) => `trap ${single(command)} EXIT`,
  (command) => `alias ls=${single(command)}`,
  (command) => `echo ${single(command)} | bash`,
  (command) => `\n\n  ${command}\n`,
  (command) => `echo a; echo b\n${command}\necho c`,
];

describe('A command that asks', () => {
  it('asks in whatever it is wrapped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dangerous),
        fc.array(fc.constantFrom(...wrappers), { minLength: 1, maxLength: 4 }),
        (command, around) => {
          const wrapped = around.reduce((inner, wrap) => wrap(inner), command);
          assert.ok(!passes(wrapped), wrapped);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('asks beside any command that passes', () => {
    const harmless = samples('harmless')
      .map(({ command }) => command)
      .filter((command) => !/[\n#]/.test(command));
    fc.assert(
      fc.property(
        fc.constantFrom(...dangerous),
        fc.constantFrom(...harmless),
        fc.constantFrom(' ; ', ' && ', ' || ', '\n'),
        fc.boolean(),
        (risky, plain, operator, first) => {
          const both = first ? risky + operator + plain : plain + operator + risky;
          assert.ok(!passes(both), both);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('A command that passes', () => {
  it('passes however its words are quoted, for the shell reads them just the same', () => {
    const quoted = (word: string): string[] => [word, `"${word}"`, `'${word}'`, `${word.charAt(0)}''${word.slice(1)}`];
    fc.assert(
      fc.property(
        fc.constantFrom(['ls', '-la', 'src'], ['cat', 'README.md'], ['git', 'status'], ['head', '-3', 'notes.txt']),
        fc.infiniteStream(fc.nat(3)),
        (words, choices) => {
          const command = words.map((word) => quoted(word)[choices.next().value ?? 0] ?? word).join(' ');
          assert.ok(passes(command), command);
        },
      ),
    );
  });

  it('is never one that the parser could not make sense of', () => {
    const pieces = [
      'ls',
      'cat',
      'rm',
      'x',
      '$(',
      ')',
      '`',
      '"',
      "'",
      '$x',
      '${',
      '}',
      '|',
      ';',
      '&&',
      '>',
      '<',
      '((',
      '))',
      '[[',
      ']]',
      '\n',
      '\\',
      ' ',
      'if',
      'then',
      'fi',
      '{',
      '$((',
      '<<E',
      'E',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (parts) => {
        const command = parts.join(' ');
        const runs = /(^|[;|&(`\n])\s*rm( |$)/.test(command) && !/['"\\<]|\(\(/.test(command);
        if (runs) assert.ok(!passes(command), command);
        else passes(command);
      }),
      { numRuns: 5000 },
    );
  });
});
