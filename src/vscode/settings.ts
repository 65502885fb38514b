import * as vscode from 'vscode';
import type manifest from '../../package.json';

type Properties = (typeof manifest)['contributes']['configuration']['properties'];
type Key = keyof Properties extends `agentlm.${infer Name}` ? Name : never;
type Default<K extends Key> = Properties[`agentlm.${K}`]['default'];
/** The manifest does not say what a list holds, and a user can write anything into it. */
type Value<K extends Key> = Default<K> extends readonly never[] ? readonly unknown[] : Default<K>;

/** The user's settings, typed by the manifest: a setting that is not declared is a type error. */
export class Settings {
  get<K extends Key>(key: K): Value<K> {
    const value = vscode.workspace.getConfiguration('agentlm').get<Value<K>>(key);
    if (value === undefined) throw new Error(`The manifest gives agentlm.${key} no default.`);
    return value;
  }

  /** What the user has set, undefined where they left it at the default, which then depends on more than the manifest can say. */
  chosen<K extends Key>(key: K): Value<K> | undefined {
    const found = vscode.workspace.getConfiguration('agentlm').inspect<Value<K>>(key);
    return found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
  }

  /** Writes to the user's settings, never to a workspace. */
  async set<K extends Key>(key: K, value: Value<K>): Promise<void> {
    await vscode.workspace.getConfiguration('agentlm').update(key, value, vscode.ConfigurationTarget.Global);
  }

  onDidChange(key: Key, listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`agentlm.${key}`)) listener();
    });
  }
}
