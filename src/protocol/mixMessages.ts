import type { Mix, MixProgress, MixSide, Repetition } from '../agent/trainingMix';
import type { StateHostApi } from './statePage';

/** What can be set beside the files; no total: as many rows as there are with none twice. */
export interface MixNumbers {
  readonly eta: number;
  readonly seed: number;
  readonly total: number | null;
  readonly validation: number;
}

/** What the page of a mixture shows. Sent whole whenever any of it changes. */
export interface MixState extends Readonly<Record<MixSide, readonly string[]>> {
  /** The tasks that no row may hold: a file's path, like those of the two sides. */
  readonly suite: string | null;
  readonly numbers: MixNumbers;
  readonly phase: 'ready' | 'working';
  readonly progress: MixProgress | undefined;
  /** What it comes to, as it was looked at or written; undefined after something was changed. */
  readonly mix: Mix | undefined;
  readonly repetitions: readonly Repetition[];
  /** Files that were written: the mixture first. */
  readonly written: readonly string[];
  readonly recipe: 'none' | 'followed' | 'fulfilled';
  /** Of numbers, e.g. `de`. */
  readonly language: string;
}

/** The key of every text on the page. */
export type MixStringKey =
  | 'title'
  | 'agent'
  | 'general'
  | 'add'
  | 'remove'
  | 'noFiles'
  | 'eta'
  | 'eta.meaning'
  | 'seed'
  | 'seed.meaning'
  | 'total'
  | 'total.meaning'
  | 'validation'
  | 'validation.meaning'
  | 'suite'
  | 'suite.none'
  | 'suite.choose'
  | 'invalid'
  | 'preview'
  | 'build'
  | 'stop'
  | 'openRecipe'
  | 'openMix'
  | 'filesMissing'
  | 'counting'
  | 'mixing'
  | 'ready'
  | 'rows'
  | 'written'
  | 'recipe.followed'
  | 'recipe.fulfilled'
  | 'sides'
  | 'side'
  | 'side.rows'
  | 'side.repeats'
  | 'side.tokens'
  | 'side.share'
  | 'tasks'
  | 'heldOut'
  | 'testRows'
  | 'leftOut'
  | 'repeated'
  | 'repeated.tooMany'
  | 'leaks'
  | 'leak.row'
  | 'leak.share'
  | 'leak.task';

export type MixStrings = Readonly<Record<MixStringKey, string>>;

/** What the extension answers. A page names no path: the user is asked. */
export interface MixHostApi extends StateHostApi<MixState, MixStrings> {
  add(argument: { readonly side: MixSide }): void;
  remove(argument: { readonly side: MixSide; readonly index: number }): void;
  chooseSuite(argument: null): void;
  removeSuite(argument: null): void;
  set(argument: MixNumbers): void;
  openRecipe(argument: null): void;
  preview(argument: null): void;
  build(argument: null): void;
  stop(argument: null): void;
  openMix(argument: null): void;
}
