import type { TaskKind } from './task';

const pattern = /^(?:os|db)_test_[\w-]+_[\da-f]{12}$/;

/** Letters, digits and `-` of a name, few enough for the name of a file. */
const nameLength = 60;

/**
 * The id of a trajectory that was recorded on a task of an evaluation suite. It says so itself, because an id goes along
 * wherever a trajectory goes: into records, into AgentInstruct's format and into those of trainers.
 * @param name of the suite and the task
 * @param hash 12 hexadecimal digits that tell this trajectory from others on the task
 */
export function testTaskId(kind: TaskKind, name: string, hash: string): string {
  const plain = name.replace(/[^\w-]+/g, '-').slice(0, nameLength);
  return `${kind}_test_${plain}_${hash}`;
}

/**
 * Whether who learns from a trajectory of this id is told a task of an evaluation suite, so that the score on that suite
 * says nothing any more.
 */
export function isTestTask(id: string): boolean {
  return pattern.test(id);
}
