import { expect, test } from 'vitest';
import { protocol, toAppUrl, toBrowserUrl } from './protocol.ts';

protocol.registerSchemesAsPrivileged([{ scheme: 'own' }]);

test.each(['own://app/panel.html', 'own://app/a/b.js?x=1#y', 'own://app'])(
  '%s is loaded from a place of the browser, and known by its own name',
  (url) => {
    const inBrowser = toBrowserUrl(url);
    expect(inBrowser).toMatch(/^http:\/\/app\.own\.localhost/);
    expect(toAppUrl(inBrowser)).toBe(url);
  },
);

test.each(['https://example.org/', 'http://app.other.localhost/', 'about:blank', 'file:///etc'])(
  '%s is left alone',
  (url) => {
    expect(toBrowserUrl(url)).toBe(url);
    expect(toAppUrl(url)).toBe(url);
  },
);
