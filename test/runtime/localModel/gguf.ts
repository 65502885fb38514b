type Value = string | number | readonly string[] | { readonly type: number; readonly bytes: Buffer };

/** The header of a model file, written as the format says: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
export function gguf(values: Readonly<Record<string, Value>>, { version = 3, claims = 0 } = {}): Buffer {
  const entries = Object.entries(values);
  return Buffer.concat([
    Buffer.from('GGUF'),
    uint32(version),
    uint64(291),
    uint64(claims || entries.length),
    ...entries.flatMap(([key, value]) => [text(key), encode(value)]),
  ]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([uint32(8), text(value)]);
  if (typeof value === 'number') return Buffer.concat([uint32(4), uint32(value)]);
  if ('type' in value) return Buffer.concat([uint32(value.type), value.bytes]);
  return Buffer.concat([uint32(9), uint32(8), uint64(value.length), ...value.map(text)]);
}
