/** Keeps the last `limit` bytes of a stream, in memory that does not grow. */
export interface Tail {
  append(bytes: Buffer): void;
  /** A copy of what is kept. */
  bytes(): Buffer;
  /** How many bytes came in all. */
  readonly length: number;
}

export function createTail(limit: number): Tail {
  /** A ring: the next byte goes to `length % limit`. */
  let ring: Buffer | undefined;
  let length = 0;

  return {
    append(bytes) {
      ring ??= Buffer.allocUnsafe(limit);
      const kept = bytes.subarray(-limit);
      const position = (length + bytes.length - kept.length) % limit;
      const fitting = kept.copy(ring, position);
      kept.copy(ring, 0, fitting);
      length += bytes.length;
    },

    bytes() {
      if (ring === undefined) return Buffer.alloc(0);
      if (length <= limit) return Buffer.from(ring.subarray(0, length));
      const position = length % limit;
      return Buffer.concat([ring.subarray(position), ring.subarray(0, position)]);
    },

    get length() {
      return length;
    },
  };
}

export interface Captured {
  readonly head: Buffer;
  /** Follows `head` after `omittedBytes` bytes. */
  readonly tail: Buffer;
  readonly omittedBytes: number;
}

/** Keeps the first and the last `limit` bytes of a stream, however long it gets. */
export function createCapture(limit = 256 * 1024): { append(bytes: Buffer): void; end(): Captured } {
  const head: Buffer[] = [];
  let headLength = 0;
  const tail = createTail(limit);

  return {
    append(bytes) {
      const toHead = bytes.subarray(0, limit - headLength);
      // A copy: a subarray would keep the whole chunk alive.
      if (toHead.length > 0) head.push(Buffer.from(toHead));
      headLength += toHead.length;
      if (toHead.length < bytes.length) tail.append(bytes.subarray(toHead.length));
    },

    end: () => ({
      head: Buffer.concat(head),
      tail: tail.bytes(),
      omittedBytes: Math.max(0, tail.length - limit),
    }),
  };
}
