import type { FieldDef, Submittable } from 'pg';
import type { OnRows, ServerColumn, WireValue } from './connection';
import { postgresColumn } from './postgresValues';

/** Rows that are fetched and handed over at once. */
const batchRows = 500;

/** What a statement says to its connection: the extended query protocol, which takes one statement at a time. */
interface Protocol {
  parse(statement: { readonly text: string; readonly name: string; readonly types: readonly number[] }): void;
  bind(values: {
    readonly values: readonly (string | Buffer | null)[];
    readonly valueMapper: (value: unknown) => unknown;
  }): void;
  describe(portal: { readonly type: 'P'; readonly name: string }): void;
  execute(portal: { readonly portal: string; readonly rows: number }): void;
  close(portal: { readonly type: 'P'; readonly name: string }): void;
  flush(): void;
  sync(): void;
  sendCopyFail(reason: string): void;
}

/**
 * One statement, as the driver lets it speak for itself: rows are fetched from its portal some at a time, so that the
 * server makes no more of them than are wanted. The driver calls the methods by their names.
 */
export class PostgresStatement implements Submittable {
  /** Settles when the server is ready for the next one. */
  readonly done: Promise<readonly ServerColumn[] | undefined>;
  private readonly settle: PromiseWithResolvers<readonly ServerColumn[] | undefined>;
  private columns: readonly ServerColumn[] | undefined;
  private batch: WireValue[][] = [];
  private isWanted: boolean;
  private handing = Promise.resolve();
  private failed: unknown;

  constructor(
    private readonly sql: string,
    private readonly parameters: readonly WireValue[],
    private readonly onRows: OnRows | undefined,
  ) {
    this.settle = Promise.withResolvers();
    this.done = this.settle.promise;
    this.isWanted = onRows !== undefined;
  }

  submit(driver: unknown): void {
    const protocol = driver as Protocol;
    const values = this.parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
    protocol.parse({ text: this.sql, name: '', types: [] });
    protocol.bind({ values, valueMapper: (value) => value });
    protocol.describe({ type: 'P', name: '' });
    this.fetch(protocol);
  }

  handleRowDescription({ fields }: { readonly fields: readonly FieldDef[] }): void {
    this.columns = fields.map(({ name, dataTypeID }) => postgresColumn(name, dataTypeID));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (!this.isWanted) return;
    this.batch.push([...fields]);
  }

  handlePortalSuspended(protocol: Protocol): void {
    this.handing = this.hand().then(() => {
      if (this.isWanted) return this.fetch(protocol);
      protocol.close({ type: 'P', name: '' });
      protocol.sync();
    });
  }

  handleCommandComplete(_: unknown, protocol: Protocol): void {
    protocol.sync();
  }

  handleEmptyQuery(protocol: Protocol): void {
    protocol.sync();
  }

  /** The driver does not tell this statement any more when the server is ready; the next one waits for that by itself. */
  handleError(error: unknown, protocol: Protocol): void {
    protocol.sync();
    this.settle.reject(error);
  }

  handleReadyForQuery(): void {
    void this.handing
      .then(() => this.hand())
      .then(() => (this.failed === undefined ? this.settle.resolve(this.columns) : this.settle.reject(this.failed)));
  }

  handleCopyInResponse(protocol: Protocol): void {
    protocol.sendCopyFail('COPY from the client is not possible here');
  }

  handleCopyData(): void {}

  private fetch(protocol: Protocol): void {
    protocol.execute({ portal: '', rows: this.onRows ? batchRows : 0 });
    protocol.flush();
  }

  private async hand(): Promise<void> {
    const rows = this.batch;
    this.batch = [];
    if (rows.length === 0 || !this.isWanted || !this.columns) return;
    try {
      this.isWanted = (await this.onRows?.(rows, this.columns)) ?? false;
    } catch (error) {
      this.failed = error;
      this.isWanted = false;
    }
  }
}
