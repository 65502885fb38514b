import type { Activity, Execution, Intervention } from '../../agent/environment';
import { visible } from '../../agent/hiddenCharacters';
import { createBackgroundLog, type BackgroundLog } from './backgroundLog';
import type { CommandEnd } from './bash';
import { createCapture } from './capture';
import { watchCommand, type CommandWatch, type Times } from './commandWatch';
import type { Display } from './display';
import type { CommandTurn } from './keyboard';
import { noteOf, type BackgroundEnd } from './note';
import { processClock } from './processes';
import { promptOf } from './prompt';
import { render } from './render';
import type { Session } from './session';
import { waitOrStop, type Patience } from './stop';

/** A command of the agent in its turn, and what a person can do to it meanwhile. */
export interface AgentCommand {
  /** Settles when it has ended, or has gone to the background. */
  readonly ended: Promise<CommandResult>;
  readonly watch: Pick<CommandWatch, 'lastLines' | 'keepWaiting' | 'stop'>;
  sendToBackground(): void;
}

export interface CommandResult {
  /** Whether the model was told that the next command finds a new shell. */
  readonly shellEnded: boolean;
  /** What comes of it, read when the shell may already be somebody else's. */
  read(): Promise<Execution>;
}

export interface Surroundings {
  readonly session: Session;
  readonly display: Display;
  readonly times: Times;
  readonly patience: Patience;
  readonly promptTail: boolean;
  readonly tell: (activity: Activity) => void;
  /** Bytes that the run may write, when it has written more and the model does not know yet. */
  readonly overflow: () => number | undefined;
  /** The shell is not the one the model knows. */
  readonly restarted: boolean;
  /** A person has used the shell since the command before. */
  readonly used: boolean;
  /** A command that went to the background; settles when it has ended and its log is written. */
  readonly onBackground: (over: Promise<void>) => void;
}

/** How long background jobs have to end by themselves when the shell is closed, or the run stopped. */
export const farewellMs = 200;

/** Runs a command in the shell of the session, which must have been started. */
export function runAgentCommand(
  command: string,
  turn: CommandTurn,
  signal: AbortSignal,
  surroundings: Surroundings,
): AgentCommand {
  const { session, display, times, tell } = surroundings;
  const capture = createCapture();
  const left = Promise.withResolvers<BackgroundEnd>();
  const begun = processClock();
  let log: BackgroundLog | undefined;
  let over = false;

  display.write(`${visible(command).replaceAll('\n', '\r\n')}\r\n`);
  const watch = watchCommand({ times, turn, leader: () => session.leader, write: (keys) => session.write(keys), tell });
  const running = session.run(command, {
    output(bytes) {
      if (log !== undefined) return log.append(bytes);
      capture.append(bytes);
      watch.output(bytes);
    },
    phase: () => turn.start(),
  });

  async function end(): Promise<CommandResult> {
    const { patience, restarted } = surroundings;
    const ending: Promise<CommandEnd | BackgroundEnd> = Promise.race([running, left.promise]);
    try {
      const stopped = await waitOrStop(ending, means(session), { request: watch.request, signal, patience });
      const end = await ending;
      if (stopped === 'abort') await session.end({ graceMs: farewellMs, keepShell: true });
      if (stopped === 'person') await session.endSince(begun);
      if (stopped !== undefined || end.kind !== 'done') display.restore();
      const { size, cwd, charset, home } = session;
      const { closedShell } = watch;
      const { commandMs } = times;
      const story = { end, stopped, commandMs, interrupted: turn.interrupted, closedShell, restarted, cwd };
      const note = noteOf({ ...story, overflow: surroundings.overflow() });
      const interventions = interventionsOf(stopped === 'person', end.kind === 'background');
      return {
        shellEnded: end.kind !== 'done',
        read: async () => ({
          ...(await render(capture.end(), size, charset)),
          exitCode: end.kind === 'background' ? null : end.exitCode,
          cwd,
          ...(note !== undefined && { note }),
          ...(surroundings.promptTail && { prompt: promptOf(cwd, home) }),
          ...(interventions.length > 0 && { interventions }),
        }),
      };
    } finally {
      over = true;
      watch.end();
      tell({ state: 'idle' });
    }
  }

  function interventionsOf(stopped: boolean, background: boolean): Intervention[] {
    const found: Intervention[] = [];
    if (surroundings.used) found.push('ran');
    if (turn.typedAt !== undefined) found.push('typed');
    if (stopped) found.push('stopped');
    if (background) found.push('background');
    return found;
  }

  async function leaveBehind(): Promise<void> {
    const file = await session.newFile('background');
    if (over || log !== undefined) return;
    log = createBackgroundLog(file);
    session.leaveBehind();
    display.notice(`The command goes on in the background and prints to ${file}.`);
    left.resolve({ kind: 'background', file });
    surroundings.onBackground(running.then((end) => log?.end(lastWords(end))));
  }

  function sendToBackground(): void {
    void leaveBehind().catch((error: unknown) => {
      display.notice(`The command could not be sent to the background: ${String(error)}`);
    });
  }

  return { ended: end(), watch, sendToBackground };
}

/** Everything that can be done to the command in front, through the terminal and from outside. */
function means(session: Session) {
  return {
    interrupt: () => session.write('\x03'),
    quit: () => session.write('\x1c'),
    killForeground: async () => session.killForeground(),
    killAll: async () => session.end({ graceMs: 0 }),
  };
}

function lastWords(end: CommandEnd): string {
  return end.exitCode === null ? 'The command was ended.' : `The command ended with exit code ${end.exitCode}.`;
}
