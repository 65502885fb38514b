import { ReviewPage } from './reviewPage';
import { putUp } from '../vscodeApi';

putUp(new ReviewPage());
