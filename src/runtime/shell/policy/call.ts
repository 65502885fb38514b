import type { Reason } from '../../../agent/approval';
import { problemOf, type Use } from './paths';
import { reasons } from './reasons';
import { ask, type Argument, type Scene, type Span } from './scene';
import { readOptions, type Options, type ReadOptions } from './options';

/** A program that is to be run, with its words. */
export interface Call extends Span {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly scene: Scene;
  /** Whether the shell's own functions, aliases and builtins can be meant by the name. */
  readonly inShell: boolean;
  /** Judges another command, which this program runs: its first word is the name. */
  run(words: readonly Argument[], scene?: Scene): void;
}

/** Notes everything in a call that keeps it from running unasked. */
export type JudgeCall = (call: Call) => void;

/** Notes that a call, or one of its words, must not run unasked. */
export function askFor(call: Call, reason: Reason, at: Span = call): void {
  ask(call.scene, reason, at);
}

/** Reads the options of a call, and asks for those that are not among the harmless ones. */
export function readCall(call: Call, options: Options): ReadOptions {
  const read = readOptions(call.args, options);
  for (const { argument, is } of read.wrong) {
    askFor(call, is === 'option' ? reasons.option(call.name) : reasons.uncertainArgument(call.name), argument);
  }
  return read;
}

/** Asks where a file that is read can hold secrets, or where nobody knows which file it is. */
export function judgeFile(call: Call, argument: Argument, use: Use): void {
  const problem = problemOf(argument.value, use, call.scene.outcome.folders);
  if (problem === undefined) return;
  const why = { secret: reasons.secret, uncertain: reasons.uncertainFile, everything: reasons.everything };
  askFor(call, why[problem], argument);
}
