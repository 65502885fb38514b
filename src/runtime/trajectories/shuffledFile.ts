import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { createAtomicFile } from './atomicFile';
import { unwritableFile } from './fileValue';

/** Takes lines with a place between 0 and 1, and becomes a file in which they are ordered by it. */
export interface ShuffledFile {
  write(line: string, place: number): Promise<void>;
  finish(): Promise<void>;
  /** Takes back all that was written. Safe to call after `finish`. */
  discard(): Promise<void>;
}

/** Bytes that are sorted in memory at once, and characters that are collected before they are written. */
const bucketBytes = 8 * 1024 * 1024;
const bufferLimit = 128 * 1024;
const mostBuckets = 512;

/**
 * Sorts more lines than memory holds: each is put into the bucket of its place, and the buckets are then sorted one by
 * one. Lines of one place keep the order in which they came.
 * @param expectedBytes of all lines together; decides how many buckets there are, and nothing about the order
 */
export async function createShuffledFile(
  file: string,
  expectedBytes: number,
  replace: { readonly force: boolean },
): Promise<ShuffledFile> {
  const atomic = await createAtomicFile(file, replace);
  const folder = await mkdtemp(path.join(path.dirname(path.resolve(file)), '.agentlm-mix-')).catch(
    async (error: unknown) => {
      await atomic.discard();
      throw unwritableFile(file, error);
    },
  );
  const many = Math.min(mostBuckets, Math.max(1, Math.ceil(expectedBytes / bucketBytes)));
  const buckets = Array.from({ length: many }, (_, index) => new Bucket(path.join(folder, String(index))));
  const discard = async (): Promise<void> => {
    await Promise.all(buckets.map((bucket) => bucket.close()));
    await rm(folder, { recursive: true, force: true });
    await atomic.discard();
  };
  return {
    async write(line, place) {
      await buckets[Math.min(many - 1, Math.floor(place * many))]?.write(line, place);
    },
    async finish() {
      for (const bucket of buckets) await atomic.write(await bucket.sorted());
      await atomic.finish();
      await discard();
    },
    discard,
  };
}

class Bucket {
  private readonly places: number[] = [];
  private pending: string[] = [];
  private length = 0;
  private handle: FileHandle | undefined;

  constructor(private readonly file: string) {}

  async write(line: string, place: number): Promise<void> {
    this.places.push(place);
    this.pending.push(line, '\n');
    this.length += line.length;
    if (this.length > bufferLimit) await this.flush();
  }

  /** All lines in order, and nothing left of the bucket. */
  async sorted(): Promise<string> {
    if (this.places.length === 0) return '';
    await this.flush();
    await this.close();
    const lines = (await readFile(this.file, 'utf8')).split('\n');
    await rm(this.file);
    const order = Array.from(this.places.keys()).sort((a, b) => (this.places[a] ?? 0) - (this.places[b] ?? 0) || a - b);
    return order.map((index) => `${lines[index] ?? ''}\n`).join('');
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
  }

  private async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    const text = this.pending.join('');
    this.pending = [];
    this.length = 0;
    try {
      this.handle ??= await open(this.file, 'a', 0o600);
      await this.handle.appendFile(text);
    } catch (error) {
      throw unwritableFile(this.file, error);
    }
  }
}
