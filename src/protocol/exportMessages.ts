import type { ExportPreview } from '../agent/trainingExport';
import type { StateHostApi } from './statePage';

/** What the page of an export shows. */
export interface ExportState {
  /** The trainer, in words. */
  readonly format: string;
  readonly phase: 'reading' | 'ready' | 'working' | 'done';
  readonly preview: ExportPreview | undefined;
  /** Whether replies that are not to be learnt may be; undefined for a trainer that can leave them out. */
  readonly learnGiven: boolean | undefined;
  /** What came of it: files, or the address of a data set. */
  readonly written: readonly string[];
}

/** The key of every text on the page. */
export type ExportStringKey =
  | 'title'
  | 'reading'
  | 'working'
  | 'counts'
  | 'nothing'
  | 'save'
  | 'push'
  | 'done'
  | 'learnGiven'
  | 'testRows'
  | 'refused'
  | 'refused.more'
  | 'turn'
  | 'samples'
  | 'samples.meaning'
  | 'sample'
  | 'learnt'
  | 'notLearnt';

export type ExportStrings = Readonly<Record<ExportStringKey, string>>;

/** What the extension answers. A page names no path and no data set: the user is asked. */
export interface ExportHostApi extends StateHostApi<ExportState, ExportStrings> {
  setLearnGiven(argument: { readonly on: boolean }): void;
  save(argument: null): void;
  push(argument: null): void;
}
