import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { setScheme, show } from './support/environment.ts';
import { samples } from './support/views.tsx';

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  test.each(Object.entries(samples))('%s is accessible', async (_name, sample) => {
    setScheme(scheme);
    await page.viewport(sample.width, sample.height);
    await show(sample);
    const { violations } = await axe.run(document.body, {
      // A popover and a dialog are pages' own; the frame of the test runner is not.
      rules: { region: { enabled: false } },
    });
    const found = violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    }));
    expect(found).toEqual([]);
  });
});

test.each(Object.entries(samples))('nothing of %s sticks out of its window', async (_, sample) => {
  await page.viewport(sample.width, sample.height);
  const { root } = await show(sample);
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(sample.width);
  const sticking = [...root.querySelectorAll<HTMLElement>('button, input, select, h1, .problem')]
    .filter((one) => one.getBoundingClientRect().right > sample.width)
    .map((one) => one.outerHTML);
  expect(sticking).toEqual([]);
});
