import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Dialogue } from '../../agent/conversation';
import { createAtomicFile } from './atomicFile';
import type { RowFile } from './rowFile';

/** Rows of a group, as the hub's own writer has it: a viewer shows the first page sooner. */
const groupSize = 1_000;

/** The columns of the published files: `conversations: list<struct<from, loss, value>>`, `id`. */
const schema = [
  { name: 'schema', num_children: 2 },
  { name: 'conversations', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'OPTIONAL', num_children: 3 },
  { name: 'from', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'loss', type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
  { name: 'value', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
] as const;

const text = { dtype: 'string', _type: 'Value' };

/** What the `datasets` library of the hub reads first. */
const features = {
  info: {
    features: { conversations: [{ from: text, loss: { dtype: 'bool', _type: 'Value' }, value: text }], id: text },
  },
};

/** AgentInstruct as Parquet, as on the hub. Holds one group of rows in memory. */
export async function createParquet(file: string, replace: { readonly force: boolean }): Promise<RowFile<Dialogue>> {
  const atomic = await createAtomicFile(file, replace);
  const bytes = new ByteWriter();
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: [...schema],
    kvMetadata: [{ key: 'huggingface', value: JSON.stringify(features) }],
    createdBy: 'agentlm',
  });
  let group: Dialogue[] = [];
  const flush = async (): Promise<void> => {
    await atomic.write(new Uint8Array(bytes.buffer.slice(0, bytes.index)));
    bytes.index = 0;
  };
  const writeGroup = async (): Promise<void> => {
    await parquet.write({
      columnData: [
        { name: 'conversations', data: group.map(({ conversations }) => conversations) },
        { name: 'id', data: group.map(({ id }) => id) },
      ],
      rowGroupSize: groupSize,
    });
    group = [];
    await flush();
  };
  return {
    async write(row) {
      group.push(row);
      if (group.length === groupSize) await writeGroup();
    },
    async finish() {
      if (group.length > 0) await writeGroup();
      await parquet.finish();
      await flush();
      await atomic.finish();
    },
    discard: () => atomic.discard(),
  };
}
