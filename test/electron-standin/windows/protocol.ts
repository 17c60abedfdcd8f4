export type ProtocolHandler = (request: Request) => Response | Promise<Response>;

const privileged = new Set<string>();
const handlers = new Map<string, ProtocolHandler>();

export const protocol = {
  registerSchemesAsPrivileged(schemes: readonly { readonly scheme: string }[]): void {
    for (const { scheme } of schemes) privileged.add(scheme);
  },
  handle(scheme: string, handler: ProtocolHandler): void {
    if (handlers.has(scheme)) throw new Error('Failed to register protocol');
    handlers.set(scheme, handler);
  },
  unhandle: (scheme: string) => void handlers.delete(scheme),
  isProtocolHandled: (scheme: string) => handlers.has(scheme),
};

export function handlerFor(url: string): ProtocolHandler | undefined {
  return handlers.get(new URL(url).protocol.slice(0, -1));
}

/**
 * Chromium opens no schemes but its own, so `torpor://app/panel.html` is loaded as
 * `http://app.torpor.localhost/panel.html`: a secure context with an origin of its own, as a
 * privileged scheme is. No server is there: every request is answered by the handler.
 */
export function toBrowserUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return url;
  const scheme = parsed.protocol.slice(0, -1);
  if (!privileged.has(scheme) && !handlers.has(scheme)) return url;
  const origin = `${parsed.protocol}//${parsed.host}`;
  return `http://${parsed.host}.${scheme}.localhost${url.slice(origin.length)}`;
}

/** The address as the app knows it. */
export function toAppUrl(url: string): string {
  const match = /^http:\/\/([^/]+)\.([a-z][a-z0-9+-]*)\.localhost(?=[/?#]|$)(.*)$/.exec(url);
  if (match === null) return url;
  const [, host, scheme = '', rest] = match;
  return privileged.has(scheme) || handlers.has(scheme) ? `${scheme}://${host}${rest}` : url;
}
