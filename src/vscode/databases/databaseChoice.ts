import * as vscode from 'vscode';
import type { Table } from '../../agent/environment';
import { cancellableProgress } from '../cancellableProgress';
import { databaseName } from './databaseNames';
import { pickDatabase } from './databasePicker';
import type { DatabaseServers } from './databaseServers';
import { pickTables } from './tablePicker';

/** What is remembered of a workspace. */
const memory = { database: 'database', recent: 'recentDatabases', tables: 'databaseTables' } as const;
/** Databases that are offered again. */
const recentLimit = 8;

/** Opens a database just to see what is in it. */
export type ReadTables = (database: string, signal: AbortSignal) => Promise<readonly Table[]>;

/** The database that tasks work on, and which of its tables they are about. */
export class DatabaseChoice implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** Databases whose tables the user did not want to choose when they were asked. */
  private readonly unasked = new Set<string>();

  constructor(
    private readonly state: vscode.Memento,
    private readonly servers: DatabaseServers,
    private readonly readTables: ReadTables,
  ) {}

  get current(): string | undefined {
    return this.state.get<string>(memory.database);
  }

  /** Its name, and how many tables were chosen of it. */
  get label(): string | undefined {
    const { current } = this;
    if (current === undefined) return undefined;
    const name = this.nameOf(current);
    const tables = this.tablesOf(current)?.length;
    if (tables === undefined) return name;
    return tables === 1 ? vscode.l10n.t('{0}, 1 table', name) : vscode.l10n.t('{0}, {1} tables', name, tables);
  }

  /** From now on database tasks work on this file, folder, or server. */
  async use(database: string): Promise<void> {
    const others = this.recent.filter((each) => each !== database);
    await this.state.update(memory.recent, [database, ...others].slice(0, recentLimit));
    await this.state.update(memory.database, database);
    this.changed.fire();
  }

  /** Offers the databases that were used last, those of the workspace, and any other. Undefined when the user leaves. */
  async choose(): Promise<string | undefined> {
    const database = await pickDatabase(this.recent, this.servers);
    if (database !== undefined) await this.use(database);
    return database;
  }

  /** The tables that tasks on a database are about, by name; undefined for all of them. */
  tablesOf(database: string): readonly string[] | undefined {
    return this.tables[database];
  }

  /** Asks which tables of the chosen database tasks are about. */
  async chooseTables(): Promise<void> {
    const database = this.current ?? (await this.choose());
    if (database === undefined) return;
    const name = this.nameOf(database);
    const title = vscode.l10n.t('Reading the tables of {0}', name);
    const tables = await cancellableProgress(title, async (_, signal) => this.readTables(database, signal));
    const chosen = tables && (await pickTables(name, tables, this.tablesOf(database) ?? []));
    if (chosen) await this.useTables(database, chosen);
  }

  /** Asks the same for a task that begins, once for each database. Undefined where the user does not choose. */
  async chooseTablesOf(
    database: string,
    tables: readonly Table[],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    if (this.unasked.has(database)) return undefined;
    const chosen = (await pickTables(this.nameOf(database), tables, [], signal)) ?? [];
    if (chosen.length > 0) await this.useTables(database, chosen);
    else if (!signal.aborted) this.unasked.add(database);
    return chosen.length > 0 ? chosen : undefined;
  }

  dispose(): void {
    this.changed.dispose();
  }

  private nameOf(database: string): string {
    return this.servers.find(database)?.name ?? databaseName(database);
  }

  /** The last one first. */
  private get recent(): readonly string[] {
    return this.state.get<readonly string[]>(memory.recent) ?? [];
  }

  private get tables(): Readonly<Record<string, readonly string[]>> {
    return this.state.get<Record<string, readonly string[]>>(memory.tables) ?? {};
  }

  private async useTables(database: string, tables: readonly string[]): Promise<void> {
    // What was chosen of a database is forgotten with it.
    const others = Object.entries(this.tables).filter(([each]) => each !== database && this.recent.includes(each));
    const own = tables.length === 0 ? [] : [[database, tables] as const];
    await this.state.update(memory.tables, Object.fromEntries([...others, ...own]));
    this.changed.fire();
  }
}
