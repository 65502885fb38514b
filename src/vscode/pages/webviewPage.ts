import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { openChannel, type Api, type Channel, type Listener, type Port } from '../../protocol/channel';
import { pageHtml } from './pageHtml';
import { sentence, type Log } from '../report';

/** One of the extension's own pages: `dist/webview/<name>.js` and style sheets of `media/`. */
export interface PageFiles {
  readonly name: string;
  readonly styles: readonly string[];
  readonly title: string;
}

/** Puts a page into a webview, which can then load the extension's two folders for pages and reach nothing else. */
export function fillWebview(
  { webview }: { readonly webview: vscode.Webview },
  extensionUri: vscode.Uri,
  { name, styles, title }: PageFiles,
): void {
  const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const media = vscode.Uri.joinPath(extensionUri, 'media');
  webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [root, media] };
  webview.html = pageHtml({
    script: webview.asWebviewUri(vscode.Uri.joinPath(root, `${name}.js`)).toString(),
    styles: styles.map((style) => webview.asWebviewUri(vscode.Uri.joinPath(media, style)).toString()),
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64'),
    language: vscode.env.language,
    title,
  });
}

/** Answers what a page asks. What fails is logged, and shown on the page as a sentence. */
export function answerPage<Host extends Api<Host>, Page extends Api<Page>>(
  webview: vscode.Webview,
  log: Log,
  { handlers, read }: Pick<Listener<Host>, 'handlers' | 'read'>,
): Channel<Page> {
  return openChannel<Host, Page>(portOf(webview), {
    handlers,
    read,
    describe(error) {
      log.error(error);
      return sentence(error);
    },
    onInvalid: (reason) => log.error(`A page sent something unexpected. ${reason}`),
  });
}

/** The extension's end of the wire. Posts to a page that is gone are lost, which is what they are meant to be. */
export function portOf(webview: vscode.Webview): Port {
  return {
    post: (message) => void webview.postMessage(message),
    listen(receive) {
      const subscription = webview.onDidReceiveMessage(receive);
      return () => subscription.dispose();
    },
  };
}
