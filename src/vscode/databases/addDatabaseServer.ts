import * as vscode from 'vscode';
import { readServerAddress, serverAddress, serverUrl, type DatabaseServer } from '../../agent/databaseServer';
import type { DatabaseEntry, DatabaseProfile } from './databaseProfiles';
import type { DatabaseServers, ServerLogin } from './databaseServers';
import { isName } from '../endpoints/endpointProfiles';
import { askPick, askText, back, type Objection } from '../inputSteps';
import { sentence } from '../report';

/** What was asked for. */
export interface AddedServer {
  readonly entry: DatabaseEntry;
  readonly login: ServerLogin;
}

/**
 * Asks for everything that makes a database server: engine, address, user, password, database, what an agent may do
 * there, a name. The password is tried on the server; one that does not work can be kept all the same. Changes nothing.
 * @param known a profile that is edited
 * @returns undefined when the user leaves
 */
export async function askForDatabaseServer(
  servers: DatabaseServers,
  known?: DatabaseProfile,
): Promise<AddedServer | undefined> {
  return new Dialogue(servers, known).run();
}

type Answer = 'next' | typeof back | undefined;
type Access = DatabaseServer['access'];

const usual: Readonly<Record<DatabaseServer['engine'], { readonly port: number; readonly user: string }>> = {
  mysql: { port: 3306, user: 'root' },
  postgres: { port: 5432, user: 'postgres' },
};

class Dialogue {
  private server: DatabaseServer;
  private password: string | undefined;
  private name: string;
  private step = 0;
  private readonly questions = [
    () => this.askEngine(),
    () => this.askAddress(),
    () => this.askUser(),
    () => this.askDatabase(),
    () => this.askPassword(),
    () => this.askAccess(),
    () => this.askName(),
  ];

  constructor(
    private readonly servers: DatabaseServers,
    private readonly known: DatabaseProfile | undefined,
  ) {
    this.server = known?.server ?? {
      engine: 'mysql',
      host: 'localhost',
      port: 0,
      user: '',
      database: '',
      tls: 'off',
      access: 'nothing',
    };
    this.name = known?.name ?? '';
  }

  async run(): Promise<AddedServer | undefined> {
    for (let question = this.questions[0]; question; question = this.questions[this.step]) {
      const answer = await question();
      if (answer === undefined) return undefined;
      this.step += answer === back ? -1 : 1;
    }
    const { access, scratch, tables } = this.server;
    const url = serverUrl(this.server);
    const entry = { name: this.name, url, access, ...(scratch && { scratch }), ...(tables && { tables }) };
    return { entry, login: { server: this.server, password: this.password } };
  }

  private async askEngine(): Promise<Answer> {
    const items = [
      { label: 'MySQL, MariaDB', engine: 'mysql' },
      { label: 'PostgreSQL', engine: 'postgres' },
    ] as const;
    const active = items.find(({ engine }) => engine === this.server.engine);
    const placeholder = vscode.l10n.t('Which kind of server?');
    const answer = await askPick({ ...this.frame(), placeholder, items, active });
    if (answer === undefined || answer === back) return answer;
    const { engine } = answer;
    const isOther = engine !== this.server.engine || this.server.port === 0;
    if (isOther) this.server = { ...this.server, engine, ...usual[engine] };
    return 'next';
  }

  private async askAddress(): Promise<Answer> {
    return this.askLine({
      prompt:
        this.server.engine === 'mysql'
          ? vscode.l10n.t('Host and port of the server, or the absolute path of its socket')
          : vscode.l10n.t('Host and port of the server, or the absolute path of the folder of its socket'),
      value: serverAddress(this.server),
      read: (text) => readServerAddress(text, this.server),
      objection: vscode.l10n.t(
        'Write an address like localhost:3306, or an absolute path. Behind a host ?ca=FILE may name the authority of its certificate, and ?tls=off switches TLS off.',
      ),
    });
  }

  private async askUser(): Promise<Answer> {
    return this.askLine({
      prompt: vscode.l10n.t('User of the database. One that may do little is best: it bounds what an agent can do.'),
      value: this.server.user,
      read: (user) => (user === '' ? undefined : { ...this.server, user }),
      objection: vscode.l10n.t('Write the name of a user of the server.'),
    });
  }

  private async askDatabase(): Promise<Answer> {
    return this.askLine({
      prompt: vscode.l10n.t('Name of the database'),
      value: this.server.database,
      read: (database) => (database === '' ? undefined : { ...this.server, database }),
      objection: vscode.l10n.t('Write the name of a database on the server.'),
    });
  }

  /** Logs in with it. */
  private async askPassword(): Promise<Answer> {
    const stored = this.password ?? (await this.servers.passwordOf(this.server));
    const answer = await askText({
      ...this.frame(),
      prompt: vscode.l10n.t(
        'Password of {0}. It is kept secret, and sent to this server only. Leave it empty where there is none.',
        this.server.user,
      ),
      value: stored ?? '',
      password: true,
      check: async (text, signal) => {
        this.password = text === '' ? undefined : text;
        return this.attempt(signal);
      },
    });
    return typeof answer === 'string' ? 'next' : answer;
  }

  private async askAccess(): Promise<Answer> {
    const items = accessItems();
    const active = items.find(({ access }) => access === this.server.access);
    const placeholder = vscode.l10n.t('What may an agent do there?');
    const answer = await askPick({ ...this.frame(), placeholder, items, active });
    if (answer === undefined || answer === back) return answer;
    this.server = { ...this.server, access: answer.access };
    return 'next';
  }

  private async askName(): Promise<Answer> {
    const taken = this.servers.list.profiles.filter(({ name }) => name !== this.known?.name).map(({ name }) => name);
    const answer = await askText({
      ...this.frame(),
      prompt: vscode.l10n.t('A name for this database'),
      value: this.name || this.server.database,
      check: async (text) => {
        if (!isName(text)) return error(vscode.l10n.t('Write a name of at most 60 characters.'));
        return taken.includes(text) ? error(vscode.l10n.t('Another database has this name already.')) : undefined;
      },
    });
    if (typeof answer !== 'string') return answer;
    this.name = answer;
    return 'next';
  }

  /** One line of text that says something of the server. */
  private async askLine(question: {
    readonly prompt: string;
    readonly value: string;
    readonly read: (text: string) => DatabaseServer | undefined;
    readonly objection: string;
  }): Promise<Answer> {
    const { prompt, value, read, objection } = question;
    const answer = await askText({
      ...this.frame(),
      prompt,
      value,
      check: async (text) => {
        const server = read(text);
        if (!server) return error(objection);
        this.server = server;
        return undefined;
      },
    });
    return typeof answer === 'string' ? 'next' : answer;
  }

  private async attempt(signal: AbortSignal): Promise<Objection | undefined> {
    try {
      await this.servers.readTables({ server: this.server, password: this.password }, signal);
      return undefined;
    } catch (failure) {
      signal.throwIfAborted();
      return { severity: 'warning', message: sentence(failure) };
    }
  }

  private frame() {
    const title = this.known ? vscode.l10n.t('Edit {0}', this.known.name) : vscode.l10n.t('Add Database Server');
    return { title, step: this.step + 1, totalSteps: this.questions.length };
  }
}

/** What an agent may do, each in a sentence. */
function accessItems(): (vscode.QuickPickItem & { readonly access: Access })[] {
  return [
    {
      access: 'nothing',
      label: vscode.l10n.t('Nothing'),
      detail: vscode.l10n.t('The server is kept in the list, and no task works on it.'),
    },
    {
      access: 'read',
      label: vscode.l10n.t('Read'),
      detail: vscode.l10n.t('In a session that the server itself holds to reading. The load is on the server.'),
    },
    {
      access: 'scratch',
      label: vscode.l10n.t('Anything, in a copy'),
      detail: vscode.l10n.t('The tables are copied for each task; changes reach the original only when you say so.'),
    },
  ];
}

function error(message: string): Objection {
  return { severity: 'error', message };
}
