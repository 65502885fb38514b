import { ViewerPage } from './viewerPage';
import type { VsCodeApi } from './vscodeApi';

declare function acquireVsCodeApi(): VsCodeApi;

const page = new ViewerPage();
page.connect(acquireVsCodeApi());
document.body.append(page);
