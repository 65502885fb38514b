import 'uplot/dist/uPlot.min.css';
import { StatisticsPage } from './statisticsPage';
import { putUp } from '../vscodeApi';

putUp(new StatisticsPage());
