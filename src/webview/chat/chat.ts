import { ChatPage } from './chatPage';
import { putUp } from '../vscodeApi';

putUp(new ChatPage());
