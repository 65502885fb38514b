import { MixPage } from './mixPage';
import { putUp } from '../vscodeApi';

putUp(new MixPage());
