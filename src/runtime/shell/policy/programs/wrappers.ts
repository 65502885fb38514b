import { askFor, judgeFile, readCall, type Call, type JudgeCall } from '../call';
import type { Options } from '../options';
import { reasons } from '../reasons';
import type { Argument } from '../scene';
import { anything, literalOf, text, type Value } from '../value';
import { isHarmlessBeforeProgram } from '../variables';
import { replaced } from './find';

/** Programs that run another one, which is judged in their place. */
export const wrappers: ReadonlyMap<string, JudgeCall> = new Map<string, JudgeCall>([
  ['env', judgeEnv],
  ['printenv', (call) => askFor(call, reasons.environment)],
  ['timeout', (call) => runBehind(call, { flags: 'v', values: 'ks', longValues: ['signal', 'kill-after'] }, 1)],
  ['nice', (call) => runBehind(call, { values: 'n', longValues: ['adjustment'], other: /^-\d+$/ }, 0)],
  ['ionice', (call) => runBehind(call, { flags: 't', values: 'cn' }, 0)],
  ['stdbuf', (call) => runBehind(call, { values: 'ioe', longValues: ['input', 'output', 'error'] }, 0)],
  ['xargs', judgeXargs],
  ['busybox', (call) => runBehind(call, {}, 0)],
  ...['bash', 'sh', 'dash'].map((name): [string, JudgeCall] => [name, judgeShell]),
  ...['sudo', 'su', 'doas', 'pkexec', 'runuser', 'sg', 'newgrp', 'setpriv'].map((name): [string, JudgeCall] => [
    name,
    (call) => askFor(call, reasons.otherUser(name)),
  ]),
]);

/** Judges the command that stands behind the options and so many operands. */
function runBehind(call: Call, options: Options, own: number): void {
  const { operands } = readCall(call, { ...options, commandFollows: true });
  const words = operands.slice(own);
  if (words.length === 0) askFor(call, reasons.unknown(call.name));
  else call.run(words);
}

function judgeEnv(call: Call): void {
  const { operands, values } = readCall(call, {
    flags: 'iv0',
    values: 'u',
    long: ['ignore-environment', 'null'],
    longValues: ['unset'],
    commandFollows: true,
  });
  const at = operands.findIndex(({ value }) => !/^\w+=/.test(literalOf(value) ?? ''));
  const assigned = at === -1 ? operands : operands.slice(0, at);
  for (const argument of assigned) {
    const [name = ''] = (literalOf(argument.value) ?? '').split('=');
    if (!isHarmlessBeforeProgram(name)) askFor(call, reasons.variable(name), argument);
  }
  for (const { value } of values) {
    const name = literalOf(value.value) ?? '';
    if (!isHarmlessBeforeProgram(name)) askFor(call, reasons.variable(name), value);
  }
  if (at === -1) askFor(call, reasons.environment);
  else call.run(operands.slice(at));
}

/** What xargs appends comes from its input: a program that has options to fear must not get it unseen. */
function judgeXargs(call: Call): void {
  const { operands, values } = readCall(call, {
    flags: '0rtx',
    values: 'nLPsdIaE',
    long: ['null', 'no-run-if-empty', 'verbose', 'exit'],
    longValues: ['max-args', 'max-lines', 'max-procs', 'delimiter', 'arg-file', 'replace', 'max-chars'],
    commandFollows: true,
  });
  const named = (pattern: RegExp): Argument | undefined => values.findLast(({ option }) => pattern.test(option))?.value;
  const file = named(/^(a|arg-file)$/);
  if (file) judgeFile(call, file, 'contents');
  const mark = named(/^(I|replace)$/);
  const line: Value = { ...(file ? anything : call.scene.input), splits: false };
  const [name = { ...call, value: text('echo') }, ...words] = operands;
  const appended: Argument = { pos: call.pos, end: call.end, value: line };
  const inner = { ...call.scene, input: anything };
  if (!mark) {
    call.run([name, ...words, appended], inner);
    return;
  }
  const written = literalOf(mark.value);
  if (written === undefined || written === '' || literalOf(name.value)?.includes(written) === true) {
    askFor(call, reasons.dynamicName, mark);
    return;
  }
  call.run([name, ...words.map((word) => ({ ...word, value: replaced(word.value, written, line) }))], inner);
}

/** A shell that is given its script on the command line; any other one runs what cannot be read here. */
function judgeShell(call: Call): void {
  const [option, script, ...rest] = call.args;
  const text = script && literalOf(script.value);
  if (option === undefined || literalOf(option.value) !== '-c' || script === undefined || text === undefined) {
    const isVersion = call.args.length === 1 && option && literalOf(option.value) === '--version';
    if (!isVersion) askFor(call, reasons.shell(call.name));
    return;
  }
  for (const argument of rest) judgeFile(call, argument, 'names');
  call.scene.shell(text, script, call.scene);
}
