import { openPage } from './page.tsx';
import { QuitWindow } from './quit/quit-window.tsx';
import { WindowFrame } from './windows/window-frame.tsx';

openPage(
  <WindowFrame title={(text) => text.quit.title}>
    <QuitWindow />
  </WindowFrame>,
);
