import { AcceptPage } from './acceptPage';
import type { VsCodeApi } from './vscodeApi';

declare function acquireVsCodeApi(): VsCodeApi;

const page = new AcceptPage();
page.connect(acquireVsCodeApi());
document.body.append(page);
