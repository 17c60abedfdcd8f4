import { DownloadCard } from '../create/download-card.tsx';
import { Making } from '../create/making.tsx';
import { Icon } from '../parts/icon.tsx';
import { usePage, useWords } from '../state/context.ts';
import { EmptyLibrary } from './empty-library.tsx';
import { Footer } from './footer.tsx';
import { MachineList } from './machine-list.tsx';
import { OutlookNote } from './outlook-note.tsx';
import { Search, searchFrom } from './search.tsx';

/** The panel as it opens: every machine, and what concerns all of them. */
export function ListView() {
  const { store, place } = usePage();
  const { text } = useWords();
  const { machines = [], creations = [], downloads = [], outlook = null } = store.app.value ?? {};
  const query = machines.length > searchFrom ? place.query.value.trim() : '';
  const wanted = query.toLocaleLowerCase();
  const found = machines.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const runs = machines.some(({ operations }) => operations.includes('suspend'));
  return (
    <>
      <header class="bar">
        <h1>{text.list.title}</h1>
        {runs && (
          <button
            type="button"
            class="button small"
            onClick={() => void store.ask('machine.suspendAll', { reason: 'user' })}
          >
            {text.list.suspendAll}
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          aria-label={text.list.create}
          title={text.list.create}
          onClick={() => void store.ask('window.open', { window: 'create' })}
        >
          <Icon name="plus" />
        </button>
      </header>
      {machines.length > searchFrom && <Search />}
      <main class="scroll">
        {outlook !== null && <OutlookNote outlook={outlook} />}
        {creations.map((creation) => (
          <Making key={creation.id} creation={creation} />
        ))}
        {downloads
          .filter(({ phase }) => phase !== 'stopped' && phase !== 'complete')
          .map((download) => (
            <DownloadCard key={download.id} download={download} />
          ))}
        {machines.length === 0 && creations.length === 0 && <EmptyLibrary />}
        {machines.length > 0 && found.length === 0 && (
          <p class="nothing">{text.list.noMatch(query)}</p>
        )}
        {found.length > 0 && <MachineList machines={found} />}
      </main>
      <Footer />
    </>
  );
}
