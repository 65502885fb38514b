import { ReviewPage } from './reviewPage';
import type { VsCodeApi } from './vscodeApi';

declare function acquireVsCodeApi(): VsCodeApi;

const page = new ReviewPage();
page.connect(acquireVsCodeApi());
document.body.append(page);
