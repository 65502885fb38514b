import { ComparePage } from './comparePage';
import { putUp } from '../vscodeApi';

putUp(new ComparePage());
