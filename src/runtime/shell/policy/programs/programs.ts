import type { JudgeCall } from '../call';
import { awk } from './awk';
import { builtins } from './builtins';
import { find } from './find';
import { git } from './git';
import { readers } from './readers';
import { sed } from './sed';
import { systemPrograms } from './system';
import { wrappers } from './wrappers';

/** Every program that is known, by its name, and how a call of it is judged. */
export const programs: ReadonlyMap<string, JudgeCall> = new Map([
  ...readers,
  ...systemPrograms,
  ...find,
  ...awk,
  ...sed,
  ...git,
  ...wrappers,
  ...builtins,
]);
