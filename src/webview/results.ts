import { ResultsPage } from './resultsPage';
import type { VsCodeApi } from './vscodeApi';

declare function acquireVsCodeApi(): VsCodeApi;

const page = new ResultsPage();
page.connect(acquireVsCodeApi());
document.body.append(page);
