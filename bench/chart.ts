import type { Round } from './measure.ts';
import { sizeText } from './report.ts';
import type { Results, Row } from './results.ts';

const width = 760;
const labelWidth = 190;
const barHeight = 20;
const gap = 8;

const groups: readonly (readonly [name: keyof Round, title: string])[] = [
  ['firstDurable', 'Suspended: seconds until the state is safe on disk'],
  ['secondDurable', 'Suspended again after a short idle run'],
  ['backCold', 'Resumed with cold caches: seconds until the guest runs'],
];

/** Bars of the largest guest that was measured, half filled, as SVG for light and dark pages. */
export function chart({ rows }: Results): string {
  const largest = Math.max(...rows.map(({ memoryMiB }) => memoryMiB));
  const shown = rows.filter(({ memoryMiB, fill }) => memoryMiB === largest && fill === 50);
  const groupHeight = 34 + shown.length * (barHeight + gap) + 14;
  const height = 44 + groups.length * groupHeight;
  const title = `A guest of ${sizeText(largest)}, half filled`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<style>
text { font: 13px system-ui, sans-serif; fill: #3c3c43 }
.title { font-weight: 600; font-size: 15px; fill: #1d1d1f }
.bar { fill: #c7c7cc } .ours { fill: #0a7d78 }
@media (prefers-color-scheme: dark) {
text { fill: #c7c7cc } .title { fill: #f2f2f7 } .bar { fill: #5a5a5f } .ours { fill: #4fc3bd }
}
</style>
<text class="title" x="0" y="20">${title}</text>
${groups.map((group, index) => bars(shown, group, 44 + index * groupHeight)).join('\n')}
</svg>
`;
}

function bars(
  rows: readonly Row[],
  [name, title]: readonly [keyof Round, string],
  top: number,
): string {
  const most = Math.max(...rows.map(({ figures }) => figures[name].median));
  const scale = (width - labelWidth - 70) / most;
  const lines = rows.map(({ technique, figures }, index) => {
    const { median } = figures[name];
    const y = top + 26 + index * (barHeight + gap);
    const long = Math.max(2, median * scale);
    const kind = technique.startsWith('Torpor') ? 'bar ours' : 'bar';
    const text = median < 0.0995 ? median.toFixed(3) : median.toFixed(2);
    return `<text x="${labelWidth - 10}" y="${y + 15}" text-anchor="end">${technique}</text>
<rect class="${kind}" x="${labelWidth}" y="${y}" width="${long.toFixed(1)}" height="${barHeight}" rx="3"/>
<text x="${(labelWidth + long + 8).toFixed(1)}" y="${y + 15}">${text}</text>`;
  });
  return `<text x="0" y="${top + 12}">${title}</text>\n${lines.join('\n')}`;
}
