import { ExportPage } from './exportPage';
import { putUp } from '../vscodeApi';

putUp(new ExportPage());
