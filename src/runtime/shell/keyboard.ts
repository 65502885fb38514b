import { UserError } from '../../agent/errors';
import type { Display } from './display';
import { visible } from '../../agent/hiddenCharacters';
import type { Session } from './session';
import type { Turn, Turns } from './turns';

/** What a terminal sends by itself: answers to the queries of a program, focus in and out. */
// oxlint-disable-next-line no-control-regex
const reports = /^(?:\x1b\[[?>=]?[\d;]*(?:[Rcn]|\$y)|\x1b\[[IO]|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\))+$/;

export interface Keyboard {
  type(keys: string): void;
  /** Whether the user has run something of their own since this was asked before. */
  takeUsed(): boolean;
}

/**
 * The user's hands on the terminal. Keys go to the command that runs. Where none does they begin a line of the user's
 * own, edited with readline and run in the same shell; several lines at once (a paste) run as one script.
 */
export function createKeyboard(session: Session, display: Display, turns: Turns): Keyboard {
  let used = false;

  function type(keys: string): void {
    if (turns.current !== undefined) turns.current.type(keys);
    else if (/[\r\n]./s.test(keys)) runInBackground(runScript(keys));
    else if (!reports.test(keys)) runInBackground(runLine(keys));
  }

  async function runScript(keys: string): Promise<void> {
    const script = keys.replace(/\r\n?/g, '\n');
    const turn = commandTurn(session);
    await takeTurn(turn, async () => {
      display.write(`${visible(script.trimEnd()).replaceAll('\n', '\r\n')}\r\n`);
      return session.run(script, { output: () => undefined, phase: () => turn.start() });
    });
  }

  async function runLine(firstKeys: string): Promise<void> {
    const line = lineTurn(session, firstKeys);
    await takeTurn(line, async () => {
      display.write('\r\x1b[K'); // readline shows the prompt itself
      return session.runUserLine({ output: () => undefined, phase: (phase) => line.phase(phase) });
    });
    if (line.rest !== '') type(line.rest);
  }

  async function takeTurn(turn: Turn, act: () => Promise<unknown>): Promise<void> {
    await turns.begin(turn);
    used = true;
    try {
      await act();
    } finally {
      display.prompt(session.cwd);
      turns.end();
    }
  }

  function runInBackground(task: Promise<void>): void {
    void task.catch((error: unknown) => {
      if (!UserError.is(error)) throw error;
      display.notice(error.message);
    });
  }

  return {
    type,
    takeUsed() {
      const taken = used;
      used = false;
      return taken;
    },
  };
}

export interface CommandTurn extends Turn {
  /** The terminal belongs to the command now. */
  start(): void;
  /** When the user has typed last, as `performance.now()` counts; undefined where they have not. */
  readonly typedAt: number | undefined;
  /** The user pressed Ctrl-C. */
  readonly interrupted: boolean;
}

/** A command has the terminal: it gets the keys, as soon as the terminal is its own. */
export function commandTurn(session: Session): CommandTurn {
  let started = false;
  let held = '';
  let interrupted = false;
  let typedAt: number | undefined;

  return {
    type(keys) {
      if (!reports.test(keys)) typedAt = performance.now();
      if (keys.includes('\x03')) interrupted = true;
      if (started) session.write(keys);
      else held += keys;
    },
    hurry: () => undefined,
    start() {
      started = true;
      session.write(held);
    },
    get typedAt() {
      return typedAt;
    },
    get interrupted() {
      return interrupted;
    },
  };
}

/** The user types a line. It is given up, half typed, when the agent has a command; once entered, it runs to its end. */
function lineTurn(session: Session, firstKeys: string): Turn & { phase(phase: string): void; readonly rest: string } {
  let editing = false;
  let entered = false;
  let hurried = false;
  let held = firstKeys;
  let rest = '';

  function edit(keys: string): void {
    const length = keys.search(/[\r\n]/) + 1 || keys.length;
    entered = /[\r\n]/.test(keys);
    rest = keys.slice(length);
    session.write(keys.slice(0, length));
  }

  return {
    type(keys) {
      if (entered) session.write(keys);
      else if (editing) edit(keys);
      else held += keys;
    },
    hurry() {
      hurried = true;
      if (editing && !entered) session.write('\x03');
    },
    /** Readline shows its prompt more than once, e.g. after Ctrl-L. */
    phase(phase) {
      if (phase !== 'editing' || editing) return;
      editing = true;
      edit(hurried && !/[\r\n]/.test(held) ? '\x03' : held);
      held = '';
    },
    get rest() {
      return rest;
    },
  };
}
