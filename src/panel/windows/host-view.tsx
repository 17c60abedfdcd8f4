import { useEffect, useState } from 'preact/hooks';
import type { DriverReport } from '../../contract/requests.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { ProblemBox } from '../parts/problem-box.tsx';
import { useStore, useWords } from '../state/context.ts';
import { PreflightSection } from './preflight-section.tsx';

/** What this computer can do: each hypervisor with its facts, and on a Mac whether macOS installs. */
export function HostView() {
  const store = useStore();
  const { text } = useWords();
  const [reports, setReports] = useState<readonly DriverReport[] | null>(null);
  useEffect(() => {
    void (async () => {
      const answer = await store.ask('host.check', {});
      if (answer.ok) setReports(answer.value);
    })();
  }, [store]);
  return (
    <main class="window">
      <h1>{text.host.title}</h1>
      <section aria-busy={reports === null}>
        <h2>{text.host.hypervisors}</h2>
        {reports === null && <p class="quiet">{text.host.checking}</p>}
        {reports?.map((report) => (
          <Hypervisor key={report.driver} report={report} />
        ))}
      </section>
      {store.info.value?.platform === 'darwin' && <PreflightSection />}
    </main>
  );
}

const signs: Record<'good' | 'note' | 'bad', IconName> = {
  good: 'check',
  note: 'warning',
  bad: 'close',
};

function Hypervisor({ report }: { report: DriverReport }) {
  const { text } = useWords();
  const { available, version, problem, facts, displayName } = report;
  return (
    <div class="card">
      <h3>{displayName}</h3>
      <p class="quiet">{available ? text.host.available(version ?? '') : text.host.unavailable}</p>
      {problem !== null && <ProblemBox problem={problem} />}
      <ul class="plain verdicts">
        {facts.map(({ subject, verdict, text: words }) => (
          <li key={subject + words} data-verdict={verdict}>
            <Icon name={signs[verdict]} />
            <span>
              <span class="visually-hidden">{text.host.verdicts[verdict]}: </span>
              <strong>{subject}</strong> {words}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
