import { useState } from 'preact/hooks';
import { Facts } from '../detail/facts.tsx';
import { useStore, useWords } from '../state/context.ts';
import { AppSign } from './app-sign.tsx';

export function AboutView() {
  const store = useStore();
  const { text } = useWords();
  const [isCopied, setCopied] = useState(false);
  const info = store.info.value;
  const copy = async (): Promise<void> => {
    if (info === null) return;
    const lines = info.components.map(({ name, version }) => `${name} ${version}`);
    const copied = [`Torpor ${info.version}`, ...lines].join('\n');
    const { ok } = await store.ask('clipboard.write', { text: copied });
    setCopied(ok);
  };
  return (
    <main class="window about">
      <AppSign />
      <h1>Torpor</h1>
      <p>{text.about.tagline}</p>
      {info !== null && (
        <>
          <p class="quiet">{text.about.version(info.version)}</p>
          <section>
            <h2>{text.about.components}</h2>
            <Facts facts={info.components.map(({ name, version }) => [name, version] as const)} />
          </section>
          <div class="actions">
            <button type="button" class="button" onClick={() => void copy()}>
              <span aria-live="polite">{isCopied ? text.action.copied : text.about.copy}</span>
            </button>
          </div>
        </>
      )}
      <p class="quiet">{text.about.license}</p>
    </main>
  );
}
