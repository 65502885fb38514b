import path from 'node:path';
import * as vscode from 'vscode';
import { isServerUrl, readServerUrl } from '../../agent/databaseServer';

/** What a database is called in a word: by its own name on a server, else by that of the file or folder. */
export function databaseName(place: string): string {
  return isServerUrl(place) ? readServerUrl(place).server.database : path.basename(place);
}

/**
 * Where it is, as a page says it: the URL of a server, a path within the workspace, else the file and its folder, without
 * whose home that is in.
 */
export function databasePlace(place: string): string {
  if (isServerUrl(place)) return place;
  const within = vscode.workspace.asRelativePath(place);
  return within === place ? path.join('…', path.basename(path.dirname(place)), path.basename(place)) : within;
}
