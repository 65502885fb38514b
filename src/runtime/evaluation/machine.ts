/** A machine made for one task: whatever is done in it is gone with it. */
export interface Machine {
  /** A folder of the host that is shown inside under the same path, read-only. */
  readonly exchange: string;
  /**
   * The command line that runs a program inside, in a fresh environment of variables.
   * @param terminal whether it gets the terminal of whoever starts it
   */
  enter(argv: readonly string[], options: { readonly cwd: string; readonly terminal: boolean }): string[];
  /** Ends every process inside and removes everything. Safe to call twice. */
  close(): Promise<void>;
}

/** @param folder empty, of this machine alone; removed with it. @throws {UserError} `evaluation.noMachine` */
export type OpenMachine = (folder: string, image: string | undefined, signal: AbortSignal) => Promise<Machine>;

/** The variables of a login in a container: nothing of the host's gets in. */
export const freshVariables: readonly string[] = [
  'HOME=/root',
  'USER=root',
  'LOGNAME=root',
  'LANG=C.UTF-8',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
];

/** Changes to a folder, or `/` where it is not there, and becomes the program. Arguments: the folder, the program. */
const launch =
  'cd "$1" 2>/dev/null || cd /; shift; exec env -i TERM="${TERM-dumb}" ${AGENTLM_RUN+"AGENTLM_RUN=$AGENTLM_RUN"} "$@"';

/** The command line, inside, of a program with fresh variables. */
export function freshly(argv: readonly string[], cwd: string): string[] {
  return ['sh', '-c', launch, 'sh', cwd, ...freshVariables, ...argv];
}
