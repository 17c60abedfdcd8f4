import { EventEmitter } from 'node:events';

const size = { width: 1920, height: 1080 };
const bar = 28;
const display = {
  id: 1,
  label: 'stand-in',
  scaleFactor: 1,
  rotation: 0,
  internal: true,
  bounds: { x: 0, y: 0, ...size },
  workArea: { x: 0, y: bar, width: size.width, height: size.height - bar },
  workAreaSize: { width: size.width, height: size.height - bar },
  size,
};

/** One display, with a bar above. */
class Screen extends EventEmitter {
  getPrimaryDisplay = () => display;
  getAllDisplays = () => [display];
  getDisplayMatching = () => display;
  getDisplayNearestPoint = () => display;
  getCursorScreenPoint = () => ({ x: 0, y: 0 });
}

export const screen = new Screen();
