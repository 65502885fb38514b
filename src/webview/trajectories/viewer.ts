import { ViewerPage } from './viewerPage';
import { putUp } from '../vscodeApi';

putUp(new ViewerPage());
