import 'uplot/dist/uPlot.min.css';
import { StatisticsPage } from './statisticsPage';
import type { VsCodeApi } from './vscodeApi';

declare function acquireVsCodeApi(): VsCodeApi;

const page = new StatisticsPage();
page.connect(acquireVsCodeApi());
document.body.append(page);
