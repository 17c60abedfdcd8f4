/** Line drawings on a grid of 16, in the colour of the text around them. */
const paths = {
  play: 'M5 3.2v9.6c0 .5.5.8.9.5l7.2-4.8a.6.6 0 0 0 0-1L5.9 2.7c-.4-.3-.9 0-.9.5Z',
  pause: 'M5.5 3v10M10.5 3v10',
  moon: 'M13 9.6A5.6 5.6 0 1 1 6.4 3a4.6 4.6 0 0 0 6.6 6.6Z',
  power: 'M8 2v5.5M4.6 4.4a5 5 0 1 0 6.8 0',
  more: 'M3.2 8h.01M8 8h.01M12.8 8h.01',
  close: 'm4 4 8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4 14 14',
  back: 'M10 3 5 8l5 5',
  forward: 'm6 3 5 5-5 5',
  gear: 'M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 1.8v1.7M8 12.5v1.7M1.8 8h1.7M12.5 8h1.7M3.6 3.6l1.2 1.2M11.2 11.2l1.2 1.2M3.6 12.4l1.2-1.2M11.2 4.8l1.2-1.2',
  warning:
    'M8 6v3.2M8 11.6h.01M7 2.6 1.7 11.9c-.4.8.1 1.7 1 1.7h10.6c.9 0 1.4-.9 1-1.7L9 2.6a1.1 1.1 0 0 0-2 0Z',
  check: 'm3.2 8.4 3.2 3.2 6.4-7',
  unknown: 'M6 6a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4M8 11.6h.01',
  disk: 'M2.5 9.5 4 4.1c.1-.4.5-.6.9-.6h6.2c.4 0 .8.2.9.6l1.5 5.4M2.5 9.5v2c0 .6.4 1 1 1h9c.6 0 1-.4 1-1v-2M2.5 9.5h11M11 11h.01',
  screen:
    'M2.5 3h11c.3 0 .5.2.5.5v7c0 .3-.2.5-.5.5h-11a.5.5 0 0 1-.5-.5v-7c0-.3.2-.5.5-.5ZM5.5 13.5h5',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const isFilled = name === 'play';
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
      fill={isFilled ? 'currentColor' : 'none'}
      stroke={isFilled ? 'none' : 'currentColor'}
      stroke-width={name === 'more' ? 2 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
