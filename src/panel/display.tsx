import { DisplayView } from './display/display-view.tsx';
import { openPage } from './page.tsx';

openPage(<DisplayView machineKey={new URLSearchParams(location.search).get('machine') ?? ''} />);
