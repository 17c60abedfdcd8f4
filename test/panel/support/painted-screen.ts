import type { OpenScreen } from '../../../src/panel/display/screen.ts';
import { pictureFor } from './frame-pictures.ts';

/** A screen without a guest: a picture in its place. */
export const paintScreen: OpenScreen = async (target, _pipe, { onConnect }) => {
  const image = new Image();
  image.src = `data:image/png;base64,${pictureFor('debian-13')}`;
  image.alt = '';
  image.style.cssText = 'width:100%;height:100%;object-fit:contain';
  target.append(image);
  await image.decode();
  onConnect();
  const nothing = (): void => {};
  return {
    setFit: nothing,
    setResize: nothing,
    sendCtrlAltDel: nothing,
    type: nothing,
    focus: nothing,
    blur: nothing,
    close: () => image.remove(),
  };
};
