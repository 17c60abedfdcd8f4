import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentSecurityPolicy, isPageUrl, pageUrl, servePage } from '../../src/main/pages.ts';

let root: string;
let pages: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'torpor-pages-'));
  pages = path.join(root, 'panel');
  mkdirSync(path.join(pages, 'assets'), { recursive: true });
  mkdirSync(path.join(root, 'panel-secret'));
  writeFileSync(path.join(pages, 'panel.html'), '<p>panel</p>');
  writeFileSync(path.join(pages, 'assets', 'a.js'), 'export {};');
  writeFileSync(path.join(pages, 'notes.txt'), 'not a page');
  writeFileSync(path.join(root, 'secret.html'), 'secret');
  writeFileSync(path.join(root, 'panel-secret', 'x.html'), 'secret');
});
afterAll(() => rmSync(root, { recursive: true }));

const get = (url: string) => servePage(pages, { url });

describe('an address', () => {
  test('of a page has its name and what it shows', () => {
    expect(pageUrl('panel')).toBe('torpor://app/panel.html');
    expect(pageUrl('display', { machine: 'a b&c' })).toBe(
      'torpor://app/display.html?machine=a+b%26c',
    );
    expect(isPageUrl(pageUrl('display', { machine: 'x' }))).toBe(true);
  });

  test.each(['', 'torpor://app/', 'torpor://app/assets/a.js', 'torpor:app/panel.html', 'no url'])(
    '%j is not of a page',
    (url) => {
      expect(isPageUrl(url)).toBe(false);
    },
  );
});

describe('what is served', () => {
  test('is a page, with its policy', async () => {
    const response = await get('torpor://app/panel.html?x=1');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('<p>panel</p>');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
  });

  test('is what belongs to it', async () => {
    const response = await get('torpor://app/assets/a.js');
    expect(response.headers.get('content-type')).toMatch(/javascript/);
  });

  test.each([
    'torpor://app/none.html',
    'torpor://app/assets',
    'torpor://app/notes.txt',
    'torpor://other/panel.html',
    'torpor://app/..%2fsecret.html',
    'torpor://app/assets/..%2f..%2fsecret.html',
    'torpor://app/..%2fpanel-secret%2fx.html',
    'torpor://app/%2e%2e/secret.html',
    'torpor://app/panel.html%00.js',
    'torpor://app/%ff.html',
  ])('is not %s', async (url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
  });
});

test('the policy allows nothing inline, nothing evaluated and nothing from elsewhere', () => {
  expect(contentSecurityPolicy).not.toMatch(/unsafe|https?:|\*/);
  expect(contentSecurityPolicy).toMatch(/^default-src 'none'/);
});
