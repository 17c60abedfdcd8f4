import type { AppState } from '../../contract/app-state.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { useStore, useWords } from '../state/context.ts';
import type { Words } from '../text/text.ts';

/** The host in one line, and the menu of the app. */
export function Footer() {
  const store = useStore();
  const words = useWords();
  const { text } = words;
  const state = store.app.value;
  const line = state === null ? null : hostLine(state, words);
  const open = (window: 'settings' | 'host' | 'about') => () =>
    void store.ask('window.open', { window });
  const running = state?.machines.filter((one) => one.operations.includes('suspend')).length ?? 0;
  const groups = [
    [
      { key: 'settings', label: text.footer.settings, choose: open('settings') },
      { key: 'host', label: text.footer.checkHost, choose: open('host') },
      {
        key: 'library',
        label: text.footer.openLibrary,
        choose: () => void store.ask('file.reveal', { path: state?.library.path ?? '' }),
      },
      { key: 'about', label: text.footer.about, choose: open('about') },
    ],
    [
      {
        key: 'quit',
        label: running === 0 ? text.footer.quit : text.footer.quitSuspending(running),
        choose: () => void store.ask('app.quit', {}),
      },
    ],
  ];
  return (
    <footer class="bar">
      <p class={line?.isLow ? 'host-line low' : 'host-line'} title={state?.library.path}>
        <Icon name={line?.isLow ? 'warning' : 'disk'} size={14} />
        <span>{line?.words ?? ''}</span>
      </p>
      <Menu label={text.footer.menu} groups={groups}>
        <Icon name="gear" />
      </Menu>
    </footer>
  );
}

/** Low is less than what the memory of all that runs can take when it is suspended. */
function hostLine({ agent, library, machines }: AppState, { text, format }: Words) {
  if (agent.phase === 'starting') return { words: text.footer.starting, isLow: false };
  if (agent.phase === 'ending') return { words: text.footer.ending, isLow: false };
  if (library.space === null) return { words: '', isLow: false };
  const { available } = library.space;
  const needed = machines
    .filter(({ operations }) => operations.includes('suspend'))
    .reduce((sum, { memoryMiB }) => sum + (memoryMiB ?? 0) * 1024 * 1024, 0);
  const isLow = available < needed;
  const free = format.bytes(available);
  return {
    words: isLow ? text.footer.low(free, format.bytes(needed)) : text.footer.free(free),
    isLow,
  };
}
