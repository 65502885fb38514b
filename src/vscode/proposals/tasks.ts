import type * as vscode from 'vscode';
import { ProposalDocuments } from './proposalDocuments';
import { proposeTasks, type ProposeParts } from './proposeTasks';
import { runTaskFile, type RunTaskFileParts } from './runTaskFile';

/** The commands about tasks that are proposed, and about files of tasks. */
export class Tasks implements vscode.Disposable {
  private readonly documents = new ProposalDocuments();

  constructor(private readonly parts: Omit<ProposeParts, 'documents'> & RunTaskFileParts) {}

  async propose(): Promise<void> {
    await proposeTasks({ ...this.parts, documents: this.documents });
  }

  /** @param file a `vscode.Uri` where a menu was used; else that of the editor, or one that the user chooses */
  async run(file: unknown): Promise<void> {
    await runTaskFile(file, this.parts);
  }

  dispose(): void {
    this.documents.dispose();
  }
}
