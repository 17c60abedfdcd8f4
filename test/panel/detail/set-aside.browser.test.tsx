import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { show } from '../support/environment.ts';
import { machine, state } from '../support/samples.ts';
import { samples } from '../support/views.tsx';

test('states that were set aside have sizes, and are deleted after a question', async () => {
  const { bridge, root } = await show(samples.details ?? never(), {
    'machine.clean': () => ({ ok: true, value: { removed: [] } }),
  });
  await expect.poll(() => root.textContent).toContain('States set aside');
  expect(root.querySelector('.set-aside')?.textContent).toMatch(/900\sMB|900\sMiB|944\sMB/);
  await page.getByRole('button', { name: 'Delete All…' }).click();
  expect(bridge.paramsOf('machine.clean')).toEqual([]);
  const read = bridge.paramsOf('machine.show').length;
  await page.getByRole('button', { name: 'Delete All', exact: true }).click();
  expect(bridge.paramsOf('machine.clean')).toEqual([{ machine: 'windows-11' }]);
  await expect.poll(() => bridge.paramsOf('machine.show').length).toBeGreaterThan(read);
});

test('why a state was set aside is said in German', async () => {
  const { root } = await show(samples['details-german'] ?? never());
  await expect.poll(() => root.textContent).toContain('Die Maschine wurde kalt gestartet.');
  expect(root.textContent).not.toContain('was started cold');
});

test('a copied bundle is made a machine of its own, and not the one that it was copied from', async () => {
  const original = machine('Debian 13', 'stopped');
  const copy = {
    ...machine('Debian 13', 'broken'),
    path: '/home/ada/Torpor/Debian 13 copy.torpor',
    problem: { code: 'MACHINE_EXISTS', message: 'This bundle is a copy.' },
  } as const;
  const { bridge } = await show({
    ...(samples.list ?? never()),
    state: state([original, copy]),
    view: { at: 'machine', key: copy.path },
  });
  await page.getByRole('button', { name: 'It Is a Copy…' }).click();
  await page.getByRole('button', { name: 'Make It Its Own' }).click();
  expect(bridge.paramsOf('machine.renew')).toEqual([{ machine: copy.path, name: null }]);
});

function never(): never {
  throw new Error('no such sample');
}
