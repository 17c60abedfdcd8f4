import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { setScheme, show } from './support/environment.ts';
import { busy, longName, machine, many, state, troubled, usual } from './support/samples.ts';
import { samples } from './support/views.tsx';

const list = samples.list ?? never();

test('a click does the one obvious thing that a machine’s status leaves', async () => {
  const { bridge } = await show(list);
  await page.getByRole('button', { name: /^Suspend Debian 13 / }).click();
  await page.getByRole('button', { name: /^Resume Windows 11 / }).click();
  await page.getByRole('button', { name: /^Resume FreeBSD 15 / }).click();
  await page.getByRole('button', { name: /^Start Fedora 43 / }).click();
  expect(bridge.asked.filter(({ name }) => /machine.(start|resume|suspend)/.test(name))).toEqual([
    { name: 'machine.suspend', params: { machine: 'debian-13', reason: 'user' } },
    { name: 'machine.resume', params: { machine: 'windows-11' } },
    { name: 'machine.resume', params: { machine: 'freebsd-15' } },
    { name: 'machine.start', params: { machine: 'fedora-43', cold: false } },
  ]);
});

test('while something is under way a click on the row does nothing, and Cancel cancels', async () => {
  const { bridge, root } = await show(list);
  const row = root.querySelectorAll<HTMLElement>('.row-button')[2];
  row?.click();
  expect(bridge.paramsOf('machine.suspend')).toEqual([]);
  expect(root.textContent).toContain('42%, about 5\u00a0s left');
  await page.getByRole('button', { name: 'Cancel Build server' }).click();
  expect(bridge.paramsOf('machine.cancel')).toEqual([{ machine: 'build-server' }]);
});

test('the keyboard reaches everything: rows, their menus, and back', async () => {
  const { bridge, page: where } = await show(list);
  await userEvent.tab();
  await userEvent.tab();
  await userEvent.tab();
  expect(document.activeElement?.textContent).toContain('Debian 13');
  await userEvent.keyboard('{ArrowDown}{Enter}');
  expect(bridge.paramsOf('machine.resume')).toEqual([{ machine: 'windows-11' }]);
  await userEvent.keyboard('{End}');
  expect(document.activeElement?.textContent).toContain('Fedora 43');
  await userEvent.keyboard('{ArrowRight}{Enter}');
  await expect.poll(() => document.activeElement?.textContent).toBe('Start');
  await userEvent.keyboard('{ArrowUp}');
  expect(document.activeElement?.textContent).toBe('Move to Trash…');
  await userEvent.keyboard('{Escape}');
  expect(document.activeElement?.getAttribute('aria-label')).toBe('More actions for Fedora 43');
  expect(bridge.paramsOf('window.close')).toEqual([]);
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => document.activeElement?.textContent).toBe('Start');
  await userEvent.keyboard('d');
  await expect.poll(() => document.activeElement?.textContent).toBe('Details');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => where.place.view.value).toEqual({ at: 'machine', key: 'fedora-43' });
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => document.activeElement?.textContent ?? '').toContain('Fedora 43');
  await userEvent.keyboard('{Escape}');
  expect(bridge.paramsOf('window.close')).toEqual([{}]);
});

test('what loses something is asked about, and Escape answers no', async () => {
  const { bridge, page: where } = await show(list);
  await page.getByRole('button', { name: 'More actions for Debian 13' }).click();
  await page.getByRole('menuitem', { name: 'Turn Off…' }).click();
  await expect.element(page.getByRole('dialog')).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => where.place.question.value).toBe(null);
  expect(bridge.paramsOf('machine.stop')).toEqual([]);

  await page.getByRole('button', { name: 'More actions for Debian 13' }).click();
  await page.getByRole('menuitem', { name: 'Turn Off…' }).click();
  await page.getByRole('button', { name: 'Turn Off', exact: true }).click();
  expect(bridge.paramsOf('machine.stop')).toEqual([{ machine: 'debian-13', force: true }]);
});

test('a refused state shows exactly what differs, and the choices', async () => {
  const { root, bridge } = await show(samples['list-problems'] ?? never());
  const cells = [...root.querySelectorAll('.differences tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  expect(cells[0]).toEqual(['Memory (MiB)', '8192', '4096']);
  expect(cells[1]?.[2]).toMatch(/^written Nov 24, 2026/);
  await page.getByRole('button', { name: 'Start Cold…' }).click();
  await page.getByRole('button', { name: 'Start Cold', exact: true }).click();
  expect(bridge.paramsOf('machine.start')).toEqual([{ machine: 'windows-11', cold: true }]);
});

test('a failure that no machine shows is shown once, and can be put away', async () => {
  const problem = { code: 'BUSY', message: 'It is busy.', hint: 'Wait.' } as const;
  const { root } = await show(list, { 'machine.suspend': () => ({ ok: false, problem }) });
  await page.getByRole('button', { name: /^Suspend Debian 13 / }).click();
  await expect.element(page.getByRole('alert').getByText('It is busy.')).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  expect(root.querySelector('.toast')).toBe(null);
});

test('in another language a problem is said for its code, and the agent’s words can be opened', async () => {
  const { root } = await show(samples['list-problems-german'] ?? never());
  const { problem } = troubled.find((one) => one.problem?.code === 'NO_SPACE') ?? never();
  const box = [...root.querySelectorAll('.problem')].find((one) =>
    one.textContent.includes('Der Platz reicht nicht.'),
  );
  expect(box?.querySelector('.problem-message')?.textContent).toBe('Der Platz reicht nicht.');
  const details = box?.querySelector('details') ?? never();
  expect(details.open).toBe(false);
  expect(details.textContent).toContain(problem?.message);
  await page.getByText('Einzelheiten').first().click();
  expect(root.querySelector('details')?.open).toBe(true);
});

test('closing the native window of a guest is asked about, with each answer', async () => {
  const { bridge } = await show(list);
  const closed = (): void =>
    bridge.tell('notice', {
      machine: 'debian-13',
      problem: { code: 'WINDOW_CLOSING', message: 'The window was closed.' },
    });
  closed();
  await expect.element(page.getByRole('dialog', { name: /Debian 13/ })).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  expect(bridge.paramsOf('window.close')).toEqual([]);
  closed();
  await page.getByRole('button', { name: 'Let It Run' }).click();
  expect(bridge.paramsOf('machine.window')).toEqual([{ machine: 'debian-13', shown: false }]);
  closed();
  await page.getByRole('button', { name: 'Suspend', exact: true }).click();
  expect(bridge.paramsOf('machine.suspend')).toEqual([{ machine: 'debian-13', reason: 'user' }]);
});

test('a paused guest whose window was closed can stay so', async () => {
  const { bridge } = await show(list);
  bridge.tell('notice', {
    machine: 'freebsd-15',
    problem: { code: 'WINDOW_CLOSING', message: 'The window was closed.' },
  });
  await expect.element(page.getByText(/Its guest is paused/)).toBeVisible();
  await page.getByRole('button', { name: 'Leave It Paused' }).click();
  expect(bridge.paramsOf('machine.window')).toEqual([{ machine: 'freebsd-15', shown: false }]);
});

test('the display of a guest of Apple’s framework is its own window', async () => {
  const mac = { ...machine('Tahoe', 'running'), driver: 'vz' as const };
  const { bridge } = await show({ ...list, state: state([mac, ...usual]) });
  await page.getByRole('button', { name: 'More actions for Tahoe' }).click();
  await page.getByRole('menuitem', { name: 'Open Display' }).click();
  expect(bridge.paramsOf('machine.window')).toEqual([{ machine: 'tahoe', shown: true }]);
  expect(bridge.paramsOf('window.open')).toEqual([]);
});

test('fifty machines can be searched, and a name of 200 characters takes one line', async () => {
  await page.viewport(360, 480);
  const { root } = await show({ ...list, state: state(many) });
  const heights = new Set(
    [...root.querySelectorAll<HTMLElement>('.row')].map((row) => row.offsetHeight),
  );
  expect(longName.length).toBeGreaterThan(190);
  expect([...heights]).toHaveLength(1);
  await page.getByRole('searchbox').fill('machine 4');
  expect(root.querySelectorAll('.row')).toHaveLength(10);
  await page.getByRole('searchbox').fill('nothing');
  expect(root.textContent).toContain('No machine is called “nothing”.');
});

test('rows stay where they are while a machine goes through its life', async () => {
  const { root, bridge } = await show(list);
  const tops = () =>
    [...root.querySelectorAll<HTMLElement>('.row')].map((row) => row.getBoundingClientRect().top);
  const before = tops();
  const lives = [busy('Debian 13', 'suspending', null), machine('Debian 13', 'suspended')];
  for (const [index, life] of lives.entries()) {
    bridge.tell('state', { ...state([life, ...usual.slice(1)]), revision: index + 2 });
    await expect
      .poll(() => root.querySelector('.row')?.getAttribute('data-status'))
      .toBe(life.status);
    expect(tops()).toEqual(before);
  }
  await expect
    .poll(() => root.querySelector('[role="status"]')?.textContent)
    .toBe('Debian 13: Suspended 2 hours ago');
});

test('nothing is asked for while the panel cannot be seen', async () => {
  setScheme('light');
  const { bridge, page: where } = await show(list);
  await expect.poll(() => bridge.paramsOf('machine.frame').length).toBe(usual.length);
  await expect.poll(() => where.frames.of('windows-11').value).not.toBe(null);
  const before = bridge.asked.length;
  bridge.tell('shown', false);
  // Another status would have another picture, were somebody there to see it.
  const changed = usual.map((one) =>
    one.status === 'paused' ? machine(one.name, 'stopped') : one,
  );
  bridge.tell('state', { ...state(changed), revision: 9 });
  // One turn of the event loop, in which whatever was begun by hiding has ended.
  await new Promise((resolve) => setTimeout(resolve));
  where.frames.watch('freebsd-15');
  expect(bridge.asked.length).toBe(before);
});

test('leaves no listener behind', async () => {
  const { bridge, page: where } = await show(list);
  expect(bridge.listeners()).toBeGreaterThan(0);
  where.store.dispose();
  expect(bridge.listeners()).toBe(0);
});

function never(): never {
  throw new Error('The sample is missing.');
}
