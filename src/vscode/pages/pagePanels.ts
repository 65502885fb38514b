import * as vscode from 'vscode';
import { fillWebview, type PageFiles } from './webviewPage';

/** Opens a page in an editor of its own. `connect` begins what goes on for it, and returns the way to end that. */
export function openPanel(
  extensionUri: vscode.Uri,
  page: PageFiles,
  connect: (webview: vscode.Webview) => () => void,
): vscode.WebviewPanel {
  const panel = vscode.window.createWebviewPanel(`agentlm.${page.name}`, page.title, vscode.ViewColumn.Active);
  panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.svg');
  panel.onDidDispose(connect(panel.webview));
  fillWebview(panel, extensionUri, page);
  return panel;
}

/** Pages in editors of their own, one for each thing that they show. */
export class PagePanels<Shown> implements vscode.Disposable {
  private readonly panels = new Map<Shown, vscode.WebviewPanel>();

  constructor(private readonly extensionUri: vscode.Uri) {}

  /** Opens the page, or brings it to the front. */
  show(shown: Shown, page: PageFiles, connect: (webview: vscode.Webview) => () => void): void {
    const open = this.panels.get(shown);
    if (open) {
      open.reveal();
      return;
    }
    const panel = openPanel(this.extensionUri, page, connect);
    this.panels.set(shown, panel);
    panel.onDidDispose(() => this.panels.delete(shown));
  }

  dispose(): void {
    for (const panel of this.panels.values()) panel.dispose();
  }
}
