import { ResultsPage } from './resultsPage';
import { putUp } from '../vscodeApi';

putUp(new ResultsPage());
