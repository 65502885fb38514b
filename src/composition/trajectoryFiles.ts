import path from 'node:path';
import { formatDialogue, type Turn } from '../agent/conversation';
import { passes } from '../agent/library';
import type { ExportName } from '../agent/trainingExport';
import {
  rawLength,
  turnLength,
  type LossView,
  type RowHead,
  type RowView,
  type Trainer,
  type TrajectoryFile,
  type TurnView,
} from '../agent/trajectoryFile';
import { actionOf } from '../dataset/actions';
import { runErrors } from '../dataset/errorAnalysis';
import { exportFormat } from '../dataset/exports';
import { isRecordLine } from '../dataset/formats/trajectoryRecord';
import { readRow, readRows } from '../dataset/formats/readRow';
import { isRow, placeText, type Row, type Unreadable } from '../dataset/row';
import { openingLength, splitOf } from '../dataset/split';
import type { TrainerLimits } from '../dataset/trainers/reading';
import { openFileRows, type FileRows } from '../runtime/trajectories/fileRows';
import { readValues } from '../runtime/trajectories/readValues';
import { contextLength, summaryOf, tokenCounters, type TokenCounters } from './trajectorySummary';

/** Rows that are read between two looks at the clock, and milliseconds between two reports of what was found. */
const stretch = 200;
const pause = 100;

/**
 * Opens a file of trajectories for the viewer. A recorded session is read whole, because later lines speak of earlier ones;
 * of everything else only what is looked at.
 * @throws {UserError} `dataset.unreadable`
 */
export async function openTrajectoryFile(file: string): Promise<TrajectoryFile> {
  const source = (await isRecorded(file)) ? recordedRows(file) : rowsOf(await openFileRows(file));
  let counting: Promise<TokenCounters> | undefined;
  const counters = (): Promise<TokenCounters> => (counting ??= tokenCounters());

  async function rowAt(position: number, signal: AbortSignal): Promise<Row | Unreadable> {
    for await (const row of source.read(position, position + 1, signal)) return row;
    return { place: { file, row: position + 1, line: undefined }, unreadable: 'is not there' };
  }

  return {
    get count() {
      return source.count;
    },
    scan: (onProgress, signal) => source.scan(onProgress, signal),
    async heads(positions, signal) {
      const { countTokens } = await counters();
      const heads: RowHead[] = [];
      for (const position of positions) heads.push(headOf(position, await rowAt(position, signal), countTokens));
      return heads;
    },
    async find(filter, onFound, signal) {
      // The one rule that needs them costs more than all the rest.
      const countTokens = filter.error === 'context-limit' ? (await counters()).countTokens : () => 0;
      const total = source.count;
      let found: number[] = [];
      let told = performance.now();
      for (let start = 0; start < total; start += stretch) {
        let position = start;
        for await (const row of source.read(start, Math.min(start + stretch, total), signal)) {
          if (isRow(row) && passes(summaryOf(row, countTokens), filter, filter.text ? said(row) : '')) {
            found.push(position);
          }
          position++;
        }
        if (performance.now() - told < pause) continue;
        onFound(found, start / total);
        found = [];
        told = performance.now();
      }
      onFound(found, 1);
    },
    async row(position, signal) {
      const row = await rowAt(position, signal);
      return isRow(row) ? viewOf(position, row, await counters()) : undefined;
    },
    async turn(position, turn, signal) {
      const row = await rowAt(position, signal);
      return isRow(row) ? (row.dialogue.conversations[turn]?.value ?? '') : '';
    },
    async loss(position, trainer, signal) {
      const row = await rowAt(position, signal);
      return isRow(row) ? lossOf(row, trainer, (await counters()).countText) : undefined;
    },
    async positionOf(id, signal) {
      let position = 0;
      for await (const row of source.read(0, source.count, signal)) {
        if (isRow(row) && row.dialogue.id === id) return position;
        position++;
      }
      return undefined;
    },
  };
}

/** Rows in order, by their positions. */
interface RowSource {
  readonly count: number;
  scan(onProgress: (share: number) => void, signal: AbortSignal): Promise<void>;
  read(from: number, to: number, signal: AbortSignal): AsyncIterable<Row | Unreadable>;
}

async function isRecorded(file: string): Promise<boolean> {
  if (!/\.(?:jsonl|ndjson)$/i.test(file)) return false;
  for await (const first of readValues(file, new AbortController().signal)) {
    return 'value' in first && isRecordLine(first.value);
  }
  return false;
}

function recordedRows(file: string): RowSource {
  let rows: readonly (Row | Unreadable)[] = [];
  return {
    get count() {
      return rows.length;
    },
    async scan(onProgress, signal) {
      rows = await Array.fromAsync(readRows(readValues(file, signal)));
      onProgress(1);
    },
    async *read(from, to) {
      yield* rows.slice(from, to);
    },
  };
}

function rowsOf(values: FileRows): RowSource {
  return {
    get count() {
      return values.count;
    },
    scan: (onProgress, signal) => values.scan(onProgress, signal),
    async *read(from, to, signal) {
      for await (const raw of values.read(from, to, signal)) {
        yield 'unreadable' in raw ? raw : readRow(raw.place, raw.value);
      }
    },
  };
}

function headOf(position: number, row: Row | Unreadable, countTokens: TokenCounters['countTokens']): RowHead {
  const place = placeOf(row);
  return isRow(row)
    ? { position, place, summary: summaryOf(row, countTokens) }
    : { position, place, unreadable: row.unreadable };
}

/** The name of the file says enough: the page shows where it is. */
function placeOf({ place }: Row | Unreadable): string {
  return placeText({ ...place, file: path.basename(place.file) });
}

function said({ dialogue, about }: Row): string {
  return [...dialogue.conversations.map(({ value }) => value), about.model ?? ''].join('\n');
}

function viewOf(position: number, row: Row, { countText, countTokens }: TokenCounters): RowView {
  const { dialogue, about, format } = row;
  const { conversations } = dialogue;
  const split = splitOf(dialogue);
  const opening = openingLength(dialogue, split);
  const errors = runErrors(row, { maxTokens: contextLength, countTokens });
  const turnView = ({ from, loss, value }: Turn, index: number): TurnView => {
    const action = from === 'gpt' ? actionOf(value, split) : undefined;
    return {
      from,
      loss,
      text: value.slice(0, turnLength),
      length: value.length,
      tokens: countText(value),
      action: action && 'kind' in action ? { kind: action.kind, text: actionText(action.text) } : null,
      given: index < opening,
      errors: errors.filter(({ turn }) => turn === index).map(({ rule }) => rule),
      original: about.corrections?.find(({ turn }) => turn === index)?.original ?? null,
    };
  };
  return {
    position,
    place: placeOf(row),
    format,
    summary: summaryOf(row, countTokens),
    tokens: countTokens(conversations),
    turns: conversations.map(turnView),
    raw: formatDialogue(dialogue).slice(0, rawLength),
  };
}

function actionText(text: string | readonly string[]): string {
  return (typeof text === 'string' ? text : JSON.stringify(text)).slice(0, turnLength);
}

const formats: Readonly<Record<Trainer, ExportName>> = {
  agentinstruct: 'agentinstruct-jsonl',
  fastchat: 'fastchat',
  'llama-factory': 'llama-factory',
  axolotl: 'axolotl',
  openai: 'openai',
};

function lossOf(row: Row, trainer: Trainer, countText: (text: string) => number): LossView {
  const limits: TrainerLimits = { maxTokens: contextLength, countTokens: countText };
  const format = exportFormat(formats[trainer], { learnGiven: true });
  const examples = format.examples(row);
  if ('refused' in examples) return examples;
  const readings = examples.map(({ value }) => format.read(value, limits));
  const shown: LossStretches[] = [];
  for (const reading of readings) {
    if ('refused' in reading) return reading;
    shown.push(reading.stretches);
  }
  const all = shown.flat().filter(({ text }) => text !== '');
  const count = (stretches: LossStretches): number => stretches.reduce((sum, { text }) => sum + countText(text), 0);
  return { examples: shown, tokens: count(all), learntTokens: count(all.filter(({ learnt }) => learnt)) };
}

type LossStretches = Extract<LossView, { examples: unknown }>['examples'][number];
