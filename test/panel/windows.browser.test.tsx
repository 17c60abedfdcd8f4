import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { show } from './support/environment.ts';
import { yes } from './support/fake-bridge.ts';
import { samples } from './support/views.tsx';

const sample = (name: string) => samples[name] ?? never(name);

test('a machine is created from what was chosen and typed', async () => {
  const { bridge } = await show(sample('create'), {
    'file.choose': () => yes({ path: '/images/debian-13.iso' }),
    'window.close': () => yes({}),
  });
  await page.getByRole('button', { name: 'Choose…' }).click();
  await expect.element(page.getByLabelText('Name')).toHaveValue('Debian 13 2');
  await page.getByLabelText('Name').fill('Windows 11');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect.element(page.getByText('There is a machine with this name.')).toBeVisible();
  expect(bridge.paramsOf('machine.create')).toEqual([]);
  await page.getByLabelText('Name').fill('New one');
  await page.getByLabelText('Memory (MiB)').fill('2048');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  expect(bridge.paramsOf('machine.create')).toMatchObject([
    { name: 'New one', memoryMiB: 2048, iso: '/images/debian-13.iso', boot: 'uefi' },
  ]);
});

test('what the agent refuses stands in the form, which stays as it is', async () => {
  const problem = {
    code: 'IMAGE_INVALID',
    message: 'This is no image.',
    hint: 'Choose another.',
  } as const;
  const { bridge } = await show(sample('create'), {
    'machine.create': () => ({ ok: false, problem }),
  });
  await page.getByLabelText('ISO image').fill('/images/debian-13.iso');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect.element(page.getByText('This is no image.')).toBeVisible();
  await expect.element(page.getByLabelText('Name')).toHaveValue('Debian 13 2');
  expect(bridge.paramsOf('window.close')).toEqual([]);
});

test('an error moves the focus to the first wrong field', async () => {
  await show(sample('create'));
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect.element(page.getByLabelText('ISO image')).toHaveFocus();
});

test('quitting is called off, and a failed machine is decided about', async () => {
  const { bridge } = await show(sample('quit-failed'));
  await page.getByRole('button', { name: 'Try Again' }).click();
  const router = page.getByRole('group', { name: 'What is to become of Router' });
  await router.getByRole('button', { name: 'Shut Down' }).click();
  await page.getByRole('button', { name: 'Don’t Quit' }).click();
  expect(bridge.paramsOf('quit.decide')).toEqual([
    { machine: 'windows-11', plan: 'suspend' },
    { machine: 'router', plan: 'stop' },
  ]);
  expect(bridge.paramsOf('quit.cancel')).toEqual([{}]);
});

test('after a crash only what was chosen comes back', async () => {
  const { bridge } = await show(sample('crash'));
  await page.getByRole('checkbox', { name: /Fedora 43/ }).click();
  await page.getByRole('button', { name: 'Bring Back 2 Machines' }).click();
  expect(bridge.paramsOf('crash.decide')).toEqual([{ restore: ['windows-11', 'fedora-43'] }]);
});

test('a setting takes effect as it is made, also a shortcut that is pressed', async () => {
  const { bridge } = await show(sample('settings'));
  await page.getByRole('switch', { name: 'Open Torpor at login' }).click();
  await page.getByLabelText('When the battery is low').selectOptions('Below 20%');
  await page.getByLabelText('When a machine is idle').selectOptions('After 30 minutes');
  await page.getByLabelText('Delete those that were set aside').selectOptions('After 90 days');
  await page.getByLabelText('Make them smaller').selectOptions('After 30 days');
  await page.getByRole('switch', { name: /^Read all disks after each/ }).click();
  await page.getByRole('switch', { name: /^Encrypt those of new machines/ }).click();
  await page.getByRole('button', { name: /Shortcut/ }).click();
  await userEvent.keyboard('{Control>}{Shift>}k{/Shift}{/Control}');
  await page.getByLabelText('Language').selectOptions('Deutsch');
  await expect.element(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
  expect(bridge.paramsOf('settings.set')).toEqual([
    { changes: { launchAtLogin: false } },
    { changes: { batteryPercent: 20 } },
    { changes: { idleMinutes: 30 } },
    { changes: { setAsideDays: 90 } },
    { changes: { compactAfterDays: 30 } },
    { changes: { makeDigests: true } },
    { changes: { encryptNewStates: true } },
    { changes: { shortcut: 'Control+Shift+K' } },
    { changes: { language: 'de' } },
  ]);
  await expect.poll(() => document.documentElement.lang).toBe('de');
});

test('a machine’s settings are saved, and hardware is locked while a state waits for it', async () => {
  const { bridge } = await show(sample('details-settings'), {
    'machine.set': () => ({ ok: false, problem: { code: 'BUSY', message: 'Busy.' } }),
  });
  await page.getByLabelText('Memory (MiB)').fill('12');
  await expect.element(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await page.getByLabelText('Memory (MiB)').fill('1024');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(bridge.paramsOf('machine.set')).toEqual([
    { machine: 'fedora-43', changes: { memoryMiB: 1024 } },
  ]);
  await expect.element(page.getByText('Busy.')).toBeVisible();
});

test('tabs are walked with arrow keys', async () => {
  await show(sample('details'));
  await page.getByRole('tab', { name: 'Overview' }).click();
  await userEvent.keyboard('{ArrowLeft}');
  await expect.element(page.getByRole('tab', { name: 'Console' })).toHaveFocus();
  await expect.element(page.getByText(/debian login:/)).toBeVisible();
});

test('an unreachable agent is said, and asked again', async () => {
  const problem = { code: 'AGENT_UNREACHABLE', message: 'Torpor is still starting.' } as const;
  const { bridge } = await show(sample('empty'), { 'state.get': () => ({ ok: false, problem }) });
  await page.getByRole('button', { name: 'Try Again' }).click();
  expect(bridge.paramsOf('state.get')).toEqual([{}, {}]);
});

test('noVNC is loaded when a display opens, and greets the server', async () => {
  const { DisplayView } = await import('../../src/panel/display/display-view.tsx');
  const greeting = new TextEncoder().encode('RFB 003.008\n');
  const { bridge } = await show(
    { ...sample('display'), content: <DisplayView machineKey="debian-13" /> },
    { 'display.send': () => yes({}) },
  );
  await expect
    .poll(() => document.querySelector('.screen canvas') !== null, { timeout: 15_000 })
    .toBe(true);
  bridge.tell('display.data', { connection: '1', bytes: greeting });
  await expect
    .poll(() => bridge.paramsOf('display.send'))
    .toEqual([{ connection: '1', bytes: greeting }]);
  bridge.tell('display.closed', { connection: '1' });
  await expect.element(page.getByRole('button', { name: 'Connect Again' })).toBeVisible();
});

function never(name: string): never {
  throw new Error(`There is no sample ${name}.`);
}
