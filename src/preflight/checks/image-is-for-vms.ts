import { type Check, checkAgain, found, pass, steps } from './check.ts';

/** An iPhone's image is a restore image too, and downloads just as long. */
export const imageIsForVms: Check = {
  id: 'image-is-for-vms',
  title: 'Image',
  run: ({ image, words }) => {
    const evidence = [
      {
        what: 'devices the image is for',
        found: image.products.slice(0, 6).join(', ') || 'none named',
        needed: 'VirtualMac2,1',
        source: image.from === 'table' ? 'Torpor’s table of images' : 'the image’s own manifest',
      },
    ];
    if (image.forVms) {
      return pass(`${words.imageIs(image)}, for virtual machines too.`, evidence);
    }
    return found(
      'fail',
      `This image is for ${image.device ?? 'another device'}. No virtual machine can be made from it.`,
      evidence,
      steps(
        {
          text: 'Choose an image of macOS 12 or later for Apple silicon; its file name begins with “UniversalMac”.',
          button: { label: 'Choose Another Image', action: { kind: 'choose-image' } },
        },
        checkAgain,
      ),
    );
  },
};
