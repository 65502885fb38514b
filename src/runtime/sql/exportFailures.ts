import { UserError } from '../../agent/errors';

export function nothingToExport(): UserError {
  return new UserError(
    'database.nothingToExport',
    'No statement of this run gave rows, so there is nothing to export.',
  );
}

export function rowsNotKept(): UserError {
  return new UserError(
    'database.rowsNotKept',
    'The last query gave more rows than are kept, and the database was changed by it or after it. ' +
      'Run the task again and let the query be the last statement, or ask for fewer rows.',
  );
}

export function exportFailed(file: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const template = 'The rows could not be written to {0}: {1}. Choose another file and try again.';
  return new UserError('database.exportFailed', template, [file, reason], { cause });
}
