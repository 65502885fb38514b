import * as vscode from 'vscode';
import type { TrainedPrompts } from '../../agent/agentInstruct';
import { UserError } from '../../agent/errors';
import type { TaskKind } from '../../agent/task';
import type { TrainedPrompt } from '../../agent/trainedPrompt';
import type { Settings } from '../settings';

/** Which words a task opens with: ours, or those that the model was trained on, where they were imported. */
export class TrainedPromptChoice {
  constructor(
    private readonly settings: Settings,
    private readonly prompts: TrainedPrompts,
    private readonly importIt: () => Promise<unknown>,
  ) {}

  /**
   * What opens a task; undefined for our own words.
   * @throws {UserError} `prompt.not-imported`
   */
  async of(kind: TaskKind): Promise<TrainedPrompt | undefined> {
    if (this.settings.get('prompt') !== 'trained') return undefined;
    const prompt = await this.prompts.find(kind);
    if (prompt) return prompt;
    throw new UserError(
      'prompt.not-imported',
      'The setting agentlm.prompt asks for the trained prompt, and AgentInstruct has not been imported for this kind of task. Run AgentLM: Import AgentInstruct, or set it to own.',
    );
  }

  /**
   * Offers the import, or our own words, where a task could not open as it is set.
   * @throws {UserError} `prompt.not-imported` when the user wants neither
   */
  async require(kind: TaskKind): Promise<void> {
    if (this.settings.get('prompt') !== 'trained' || (await this.prompts.find(kind))) return;
    const bring = vscode.l10n.t('Import AgentInstruct…');
    const own = vscode.l10n.t('Use Our Own Prompt');
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t('The trained prompt is not here yet.'),
      {
        modal: true,
        detail: vscode.l10n.t(
          'Tasks are set to open with the words that AgentLM was trained on. They are part of AgentInstruct.',
        ),
      },
      bring,
      own,
    );
    if (choice === own) await this.settings.set('prompt', 'own');
    if (choice === bring) await this.importIt();
    await this.of(kind);
  }
}
