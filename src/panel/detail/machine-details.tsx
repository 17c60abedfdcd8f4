import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { MachineMenu } from '../parts/machine-menu.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { usePage, useWords } from '../state/context.ts';
import { ConsoleTail } from './console-tail.tsx';
import { MachineSettings } from './machine-settings.tsx';
import { Overview } from './overview.tsx';
import { useDetail } from './use-detail.ts';

const tabs = ['overview', 'settings', 'console'] as const;

/** One machine, whole. */
export function MachineDetails({ machineKey }: { machineKey: string }) {
  const { store, place } = usePage();
  const { text } = useWords();
  const machine = store.machine(machineKey);
  const [detail, refresh] = useDetail(machineKey, machine);
  const [tab, setTab] = useState<(typeof tabs)[number]>('overview');
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus(), []);
  const goBack = (): void => {
    place.view.value = { at: 'list' };
  };
  return (
    <>
      <header class="bar">
        <button
          ref={back}
          type="button"
          class="icon-button"
          aria-label={text.action.back}
          title={text.action.back}
          onClick={goBack}
        >
          <Icon name="back" />
        </button>
        <h1 title={machine?.name}>{machine?.name ?? ''}</h1>
        {machine && <MachineMenu machine={machine} withoutDetails />}
      </header>
      {machine === undefined ? (
        <main class="scroll">
          <p class="nothing">{text.detail.gone}</p>
        </main>
      ) : (
        <>
          <Tabs
            label={text.detail.tabsLabel}
            tabs={tabs.map((key) => ({ key, label: text.detail.tabs[key] }))}
            current={tab}
            onChoose={setTab}
          />
          <main class="scroll">
            <div
              id={`panel-${tab}`}
              role="tabpanel"
              aria-labelledby={`tab-${tab}`}
              class="tab-panel"
            >
              {tab === 'overview' && <Overview machine={machine} detail={detail} />}
              {tab === 'settings' && detail?.config && (
                <MachineSettings
                  key={detail.name}
                  machine={machine}
                  config={detail.config}
                  choices={detail.choices}
                  onSaved={refresh}
                />
              )}
              {tab === 'console' && <ConsoleTail detail={detail} onRefresh={refresh} />}
            </div>
          </main>
        </>
      )}
    </>
  );
}
