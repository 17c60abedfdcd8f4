import { openPage } from './page.tsx';
import { AboutView } from './windows/about-view.tsx';
import { WindowFrame } from './windows/window-frame.tsx';

openPage(
  <WindowFrame title={(text) => text.about.title}>
    <AboutView />
  </WindowFrame>,
);
