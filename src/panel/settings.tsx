import { openPage } from './page.tsx';
import { SettingsView } from './windows/settings-view.tsx';
import { WindowFrame } from './windows/window-frame.tsx';

openPage(
  <WindowFrame title={(text) => text.settings.title}>
    <SettingsView />
  </WindowFrame>,
);
