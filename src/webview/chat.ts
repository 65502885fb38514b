import { ChatPage } from './chatPage';
import type { VsCodeApi } from './vscodeApi';

declare function acquireVsCodeApi(): VsCodeApi;

const page = new ChatPage();
page.connect(acquireVsCodeApi());
document.body.append(page);
