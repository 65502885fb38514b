import * as vscode from 'vscode';
import { visible } from '../../agent/hiddenCharacters';
import { proposalText, type Proposal, type RefusedProposal } from '../../agent/proposal';
import { sentence } from '../report';

const scheme = 'agentlm-proposals';

/** Proposals as documents that can only be read. Nothing in them is hidden. */
export class ProposalDocuments implements vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) => this.texts.get(uri.toString()) ?? '',
  });
  private readonly closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString()));
  private opened = 0;

  async showProposed(proposals: readonly Proposal[]): Promise<void> {
    await this.show(vscode.l10n.t('Proposed Tasks'), proposals.map(proposalText));
  }

  async showRefused(refused: readonly RefusedProposal[]): Promise<void> {
    const parts = refused.map(({ proposal, reason }) => `${sentence(reason)}\n\n${proposalText(proposal)}`);
    await this.show(vscode.l10n.t('Tasks That Were Left Out'), parts);
  }

  dispose(): void {
    this.closing.dispose();
    this.registration.dispose();
  }

  private async show(title: string, parts: readonly string[]): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${title}.txt`, query: String(++this.opened) });
    const text = parts.map((part, index) => `${index + 1}. ${visible(part)}\n`).join('\n');
    this.texts.set(uri.toString(), text);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }
}
