import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import manifest from '../../package.json';

describe('The extension', () => {
  it('activates when it is first needed, and not before', async () => {
    const extension = vscode.extensions.getExtension('agentlm.agentlm');
    assert.ok(extension);
    assert.equal(extension.isActive, false);
    const taken = timeActivation(path.join(extension.extensionPath, manifest.main));
    await extension.activate();
    // Read by scripts/bench.mts; a test asserts no time.
    writeFileSync(path.join(extension.extensionPath, 'out/artefacts/activation.json'), JSON.stringify(taken));
    assert.equal(extension.isActive, true);
  });

  it('registers every command that it contributes', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    for (const { command } of manifest.contributes.commands) assert.ok(registered.has(command), command);
  });

  it('takes no suite out of the list that was not added to it', async () => {
    // A failure is shown, and not thrown at whoever called.
    await vscode.commands.executeCommand('agentlm.evaluation.removeSuite', undefined);
  });

  it('has every setting at the default of the manifest', () => {
    const configuration = vscode.workspace.getConfiguration();
    for (const [key, { default: value }] of Object.entries(manifest.contributes.configuration.properties)) {
      assert.deepEqual(configuration.get(key), value, key);
    }
  });

  it('lets no workspace choose the endpoint', async () => {
    const configuration = vscode.workspace.getConfiguration('agentlm');
    await assert.rejects(
      Promise.resolve(configuration.update('endpoint', 'http://evil.example', vscode.ConfigurationTarget.Workspace)),
    );
    assert.equal(vscode.workspace.getConfiguration('agentlm').get('endpoint'), '');
  });
});

/** Loads the bundle and puts a stopwatch around its activate(), in milliseconds; VS Code then finds it loaded. */
function timeActivation(file: string): { loadMs: number; activateMs: number } {
  const taken = { loadMs: 0, activateMs: 0 };
  const start = performance.now();
  const { activate } = require(file) as { activate: (context: vscode.ExtensionContext) => void };
  taken.loadMs = performance.now() - start;
  const loaded = require.cache[require.resolve(file)];
  assert.ok(loaded);
  loaded.exports = {
    activate(context: vscode.ExtensionContext): void {
      const begin = performance.now();
      activate(context);
      taken.activateMs = performance.now() - begin;
    },
  };
  return taken;
}
