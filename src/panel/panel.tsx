import { openPage } from './page.tsx';
import { PanelView } from './panel-view.tsx';

openPage(<PanelView />);
