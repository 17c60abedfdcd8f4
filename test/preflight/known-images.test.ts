import { expect, test } from 'vitest';
import data from '../../assets/preflight/requirements.json' with { type: 'json' };
import { imageOfBuild, knownBuilds, requirementOf } from '../../src/preflight/known-images.ts';

test('every row says where it is from, and ends with the last image that somebody read', () => {
  for (const row of data.guests) {
    expect(row.source, row.label).toMatch(/VirtualBuddy/);
    const bounds = { ...('versions' in row ? row.versions : row.builds) };
    expect('to' in bounds || 'below' in bounds, row.label).toBe(true);
  }
});

test.each([
  ['12.7.6', '21H1320'],
  ['13.7', '22H123'],
  ['14.7', '23H124'],
  ['15.7.5', '24G617'],
  ['26.7', '25G229'],
  ['27.0', '26A428'],
  ['27.0.1', '26A434'],
  ['28.0', '27A5001a'],
])('what %s (%s) asks for nobody has recorded, so it is unknown', (version, build) => {
  expect(requirementOf(version, build)).toBeUndefined();
});

test('of a build without a row everything that it asks for is unknown, and so it cannot pass', () => {
  const { requires } = imageOfBuild('26A428');
  for (const fact of Object.values(requires)) expect(fact.known).toBe(false);
  const { requires: beta } = imageOfBuild('26B5086k');
  expect(beta.mobileDevice).toMatchObject({ known: true, value: '1853' });
  expect(beta.cpus.known).toBe(false);
});

test('each build of the table has a version that its row covers, or no row', () => {
  for (const { build, version } of knownBuilds()) {
    const { requires } = imageOfBuild(build);
    expect(requires.host.known, build).toBe(requirementOf(version, build) !== undefined);
  }
});
