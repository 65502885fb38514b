import { AcceptPage } from './acceptPage';
import { putUp } from '../vscodeApi';

putUp(new AcceptPage());
