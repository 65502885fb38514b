import { osTask } from '../../agent/tasks/os';
import { openShell } from '../shell/openShell';
import { textMatches } from './answers';
import { bringFolder, workFolder } from './givenFolder';
import type { Machine, OpenMachine } from './machine';
import { machineSandbox } from './machineSandbox';
import { runScript, type ScriptLimits } from './runScript';
import type { OsProblem, Script } from './suite';
import { attempt, isJudged, type Attempted, type TrialTools, type Verdict } from './trial';

export interface OsTrialOptions {
  readonly openMachine: OpenMachine;
  readonly commandTimeoutMs: number;
  /** Whether the output of a command ends with the prompt of the shell. */
  readonly promptTail: boolean;
  /** Of a script of the suite. */
  readonly scriptTimeoutMs: number;
}

/**
 * One attempt at an OS task, in a machine of its own: the agent's shell opens, the scripts of the task prepare the machine,
 * the agent works, the scripts judge. Nothing of it is left.
 * @param id of the conversation
 * @param folder that does not exist yet
 * @throws {UserError} when machine or endpoint fail before the agent has begun, or a script does not end
 */
export async function osTrial(
  problem: OsProblem,
  id: string,
  folder: string,
  options: OsTrialOptions,
  tools: TrialTools,
  signal: AbortSignal,
): Promise<Attempted & Verdict> {
  const machine = await options.openMachine(folder, problem.image, signal);
  try {
    const scripting = await settle(problem, machine, { timeoutMs: options.scriptTimeoutMs, signal });
    const shell = await openAgentShell(machine, options);
    try {
      if (problem.folder !== undefined) await shell.execute(`cd ${workFolder}`, signal);
      // As in the paper's harness, whatever they exit with.
      for (const script of problem.init) await runScript(machine, script, [], scripting);
      if (problem.start !== undefined) await shell.execute(problem.start, signal);
      const attempted = await attempt(id, problem.text, osTask, shell, tools, signal);
      const verdict = isJudged(attempted.ending, tools.rules)
        ? await judgeMachine(problem, answerOf(attempted), machine, scripting)
        : { passed: false, detail: null };
      return { ...attempted, ...verdict };
    } finally {
      await shell.close();
    }
  } finally {
    await machine.close();
  }
}

/** Brings what the suite gives to its tasks into a machine. Returns how scripts are run there. */
export async function settle(
  { folder }: Pick<OsProblem, 'folder'>,
  machine: Machine,
  limits: ScriptLimits,
): Promise<ScriptLimits> {
  if (folder === undefined) return limits;
  await bringFolder(folder, machine, limits);
  return { ...limits, cwd: workFolder };
}

async function openAgentShell(machine: Machine, { commandTimeoutMs, promptTail }: OsTrialOptions) {
  return openShell({
    cwd: '/',
    commandTimeoutMs,
    promptTail,
    scratchParent: machine.exchange,
    sandbox: machineSandbox(machine),
  });
}

function answerOf({ trajectory }: Attempted): string | null {
  const { answer } = trajectory.finished;
  return typeof answer === 'string' ? answer : null;
}

/** @param answer null where there is none */
export async function judgeMachine(
  { check, reference }: Pick<OsProblem, 'check' | 'reference'>,
  answer: string | null,
  machine: Machine,
  scripting: ScriptLimits,
): Promise<Verdict> {
  if (check.kind !== 'scripts') return { passed: textMatches(answer, check), detail: null };
  // What Python makes of no answer.
  const parameters = [answer ?? 'None'];
  for (const [index, script] of check.scripts.entries()) {
    const { output, exitCode } = await runScript(machine, script ?? need(reference), parameters, scripting);
    if (exitCode !== 0) return { passed: false, detail: whyNot(index, exitCode, parameters, output) };
    parameters.push(output);
  }
  return { passed: true, detail: null };
}

/** The suite was read so that it is there. */
function need(reference: Script | undefined): Script {
  if (reference === undefined) throw new Error('A check refers to a reference that is missing.');
  return reference;
}

function whyNot(index: number, exitCode: number, [, wanted]: readonly string[], output: string): string {
  const words = output.trim().slice(-300);
  const said = words === '' ? '' : `: ${words}`;
  const compared = wanted === undefined ? '' : ` The reference printed: ${wanted.trim().slice(0, 300)}`;
  return `Check ${index + 1} exited with ${exitCode}${said}.${compared}`;
}
