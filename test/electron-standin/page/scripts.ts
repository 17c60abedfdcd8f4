import { createCodec } from './codec.ts';
import { createWire } from './wire.ts';
import { type Channel, joinWorlds, type ProcessFacts, pageWorld, preloadWorld } from './worlds.ts';

/** Source text for the page's own world, run before any of the page's scripts. */
export function pageScript(channel: Channel, seen: boolean): string {
  const values = [JSON.stringify(channel), JSON.stringify(seen)].join(', ');
  return onlyInMainFrame(`(${pageWorld})((${createWire}), (${joinWorlds}), ${values});`);
}

/** Source text for the isolated world: the preload, given what a sandboxed one is given. */
export function preloadScript(
  channel: Channel,
  facts: ProcessFacts,
  preload: { readonly path: string; readonly source: string },
): string {
  const values = [JSON.stringify(channel), JSON.stringify(facts)].join(', ');
  const world = `(${preloadWorld})((${createWire}), (${joinWorlds}), (${createCodec})(), ${values})`;
  return onlyInMainFrame(`
    const { require, process } = ${world};
    (function (exports, require, module, process, global) {${preload.source}
    })({}, require, { exports: {} }, process, globalThis);
    //# sourceURL=${preload.path}`);
}

function onlyInMainFrame(source: string): string {
  return `if (self === top) {${source}\n}`;
}
