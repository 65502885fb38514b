import { shellProcesses, type ShellProcesses } from '../shell/processes';
import type { Sandbox } from '../shell/sandbox/sandbox';
import type { Machine } from './machine';

/** From the program that enters a machine down to bash. */
const processesToBash = 1;

/** The machine of a task as the place where the agent's shell lives. Whatever else runs in it ends with the machine. */
export function machineSandbox(machine: Machine): Sandbox {
  let processes: ShellProcesses | undefined;
  return {
    kind: 'container',
    async start({ argv: [, ...rest], cwd, variables, run }) {
      processes = shellProcesses({ run }, processesToBash);
      return { argv: machine.enter(['bash', ...rest], { cwd, terminal: true }), variables };
    },
    end: async (program, options) => processes?.end(program, options),
    killForeground: async (program) => processes?.killForeground(program),
    async settle() {},
    // The machine bounds what can be written by itself.
    onOverflow() {},
    async close() {},
  };
}
