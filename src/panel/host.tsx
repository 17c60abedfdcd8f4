import { openPage } from './page.tsx';
import { HostView } from './windows/host-view.tsx';
import { WindowFrame } from './windows/window-frame.tsx';

openPage(
  <WindowFrame title={(text) => text.host.title}>
    <HostView />
  </WindowFrame>,
);
