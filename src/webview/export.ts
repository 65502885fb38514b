import { ExportPage } from './exportPage';
import type { VsCodeApi } from './vscodeApi';

declare function acquireVsCodeApi(): VsCodeApi;

const page = new ExportPage();
page.connect(acquireVsCodeApi());
document.body.append(page);
