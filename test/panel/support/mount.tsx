import { render } from 'preact';
import { act } from 'preact/test-utils';
import type { Settings } from '../../../src/contract/settings.ts';
import { PageFrame } from '../../../src/panel/page.tsx';
import type { Page } from '../../../src/panel/state/context.ts';
import { createFrames } from '../../../src/panel/state/frames.ts';
import { createPlace } from '../../../src/panel/state/place.ts';
import { createStore } from '../../../src/panel/state/store.ts';
import { type Answers, type FakeBridge, fakeBridge, yes } from './fake-bridge.ts';
import { pictureFor } from './frame-pictures.ts';
import { listed } from './image-samples.ts';
import { driverReports, report } from './preflight-sample.ts';
import { detailOf, info, machine, now, settings } from './samples.ts';
import type { Sample } from './views.tsx';

export interface Mounted {
  readonly bridge: FakeBridge;
  readonly page: Page;
  readonly root: HTMLElement;
  unmount(): void;
}

/** What every sample is answered; a test adds to it. */
export function answersFor(
  sample: Pick<Sample, 'state' | 'language' | 'lifecycle' | 'platform' | 'drivers'>,
): Answers {
  const { state, language = 'en', lifecycle = { phase: 'running' }, platform = 'linux' } = sample;
  const known: Settings = { ...settings, language };
  const find = (key: string) => state.machines.find(({ id }) => id === key);
  return {
    'state.get': () => yes(state),
    'app.info': () => yes({ ...info, platform }),
    'settings.get': () => yes(known),
    'settings.set': ({ changes }) => yes({ ...known, ...changes }),
    'lifecycle.get': () => yes(lifecycle),
    'window.isShown': () => yes(true),
    'machine.frame': ({ machine: key }) => yes({ png: pictureFor(key) }),
    'machine.show': ({ machine: key }) => yes(detailOf(find(key) ?? machine(key, 'stopped'))),
    'host.check': () => yes(sample.drivers ?? driverReports),
    'images.list': () => yes(listed),
    'preflight.run': () => yes(report),
    'display.connect': () => yes({ connection: '1' }),
  };
}

/** Draws a sample into the document, loaded, and presses what is to be pressed. */
export async function mount(sample: Sample, more: Answers = {}): Promise<Mounted> {
  const bridge = fakeBridge({ ...answersFor(sample), ...more });
  const store = createStore(bridge, { languages: ['en-US'], clock: () => now });
  const page: Page = { store, frames: createFrames(store), place: createPlace(sample.view) };
  page.place.question.value = sample.question ?? null;
  const root = document.createElement('div');
  root.id = 'root';
  document.body.append(root);
  await act(async () => {
    render(<PageFrame page={page}>{sample.content}</PageFrame>, root);
    await store.load();
  });
  if (sample.closing !== undefined) store.closing.value = sample.closing;
  for (const words of sample.press ?? []) {
    await act(async () => {
      buttonNamed(root, words).click();
      await new Promise((resolve) => setTimeout(resolve));
    });
  }
  return {
    bridge,
    page,
    root,
    unmount() {
      render(null, root);
      store.dispose();
      root.remove();
    },
  };
}

function buttonNamed(root: HTMLElement, words: string): HTMLElement {
  const all = [...root.querySelectorAll<HTMLElement>('button, label')];
  const found = all.find(
    (one) => one.getAttribute('aria-label') === words || one.textContent.trim() === words,
  );
  if (found === undefined) throw new Error(`There is no button “${words}”.`);
  return found;
}
