import { ComparePage } from './comparePage';
import type { VsCodeApi } from './vscodeApi';

declare function acquireVsCodeApi(): VsCodeApi;

const page = new ComparePage();
page.connect(acquireVsCodeApi());
document.body.append(page);
