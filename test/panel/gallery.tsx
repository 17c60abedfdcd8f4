/** Shows one sample, `gallery.html?sample=NAME`; screenshots are taken of it. */
import { mount } from './support/mount.tsx';
import { samples } from './support/views.tsx';

const sample = samples[new URLSearchParams(location.search).get('sample') ?? ''];
if (sample === undefined) throw new Error(`There is no such sample: ${location.search}`);
await mount(sample);
const sizes = Object.entries(samples).map(([name, { width, height }]) => [name, { width, height }]);
document.body.dataset.sizes = JSON.stringify(Object.fromEntries(sizes));
// Where a view puts the focus is for keyboards; a picture shows how it looks to a pointer.
const isMenuOpen = document.querySelector('[role="menu"]') !== null;
if (!isMenuOpen && document.activeElement instanceof HTMLElement) {
  document.activeElement.blur();
}
await document.fonts.ready;
await Promise.all([...document.images].map((image) => image.decode()));
document.body.dataset.isReady = 'yes';
