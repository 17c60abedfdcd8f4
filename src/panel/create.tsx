import { CreateView } from './create/create-view.tsx';
import { openPage } from './page.tsx';
import { WindowFrame } from './windows/window-frame.tsx';

openPage(
  <WindowFrame title={(text) => text.create.title}>
    <CreateView />
  </WindowFrame>,
);
