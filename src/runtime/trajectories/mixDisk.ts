import path from 'node:path';
import { createAtomicFile } from './atomicFile';
import { fileHash } from './fileHash';
import { readValues } from './readValues';
import { createDialogueLines } from './rowFile';
import { createShuffledFile } from './shuffledFile';

/** The disk, as whoever builds mixtures needs it. */
export function mixDisk(signal: AbortSignal) {
  return {
    values: (file: string) => readValues(file, signal),
    hash: (file: string) => fileHash(file, signal),
    relative: (from: string, file: string) => path.relative(path.dirname(from), file).replaceAll(path.sep, '/'),
    absolute: (from: string, relative: string) => path.resolve(path.dirname(from), relative),
    createMixture: createShuffledFile,
    createValidation: createDialogueLines,
    createText: createAtomicFile,
  };
}
