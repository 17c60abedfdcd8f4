/** Pictures of displays, drawn in the browser: a desktop, and a text console. As base64 of a PNG. */
export function pictureFor(machine: string): string | null {
  if (machine.startsWith('fedora') || machine.startsWith('old')) return null;
  const isConsole = machine.startsWith('build') || machine.startsWith('freebsd');
  return isConsole ? drawConsole() : drawDesktop(hueOf(machine));
}

function canvas(): readonly [HTMLCanvasElement, CanvasRenderingContext2D] {
  const element = document.createElement('canvas');
  element.width = 1280;
  element.height = 800;
  const context = element.getContext('2d');
  if (context === null) throw new Error('This browser draws nothing.');
  return [element, context];
}

function hueOf(name: string): number {
  return [...name].reduce(
    (sum, letter) => (sum * 131 + (letter.codePointAt(0) ?? 0) * 47) % 360,
    7,
  );
}

function drawDesktop(hue: number): string {
  const [element, draw] = canvas();
  const sky = draw.createLinearGradient(0, 0, 1280, 800);
  sky.addColorStop(0, `hsl(${hue} 55% 38%)`);
  sky.addColorStop(1, `hsl(${hue + 50} 60% 62%)`);
  draw.fillStyle = sky;
  draw.fillRect(0, 0, 1280, 800);
  draw.fillStyle = 'rgb(0 0 0 / 55%)';
  draw.fillRect(0, 0, 1280, 36);
  window(draw, 160, 110, 640, 460, '#fbfbfc');
  window(draw, 560, 260, 600, 440, '#1e2126');
  draw.fillStyle = '#d8dbe2';
  for (let line = 0; line < 9; line++) draw.fillRect(200, 180 + line * 38, 300 - line * 14, 12);
  draw.font = '22px monospace';
  draw.fillStyle = '#8fe39b';
  for (const [line, words] of ['$ make', 'CC main.o', 'CC core.o', 'LD app', '$ _'].entries()) {
    draw.fillText(words, 590, 350 + line * 36);
  }
  return pngOf(element);
}

function window(
  draw: CanvasRenderingContext2D,
  x: number,
  y: number,
  w: number,
  h: number,
  fill: string,
) {
  draw.shadowColor = 'rgb(0 0 0 / 45%)';
  draw.shadowBlur = 40;
  draw.fillStyle = fill;
  draw.beginPath();
  draw.roundRect(x, y, w, h, 14);
  draw.fill();
  draw.shadowBlur = 0;
  for (const [index, colour] of ['#ff5f57', '#febc2e', '#28c840'].entries()) {
    draw.fillStyle = colour;
    draw.beginPath();
    draw.arc(x + 28 + index * 28, y + 28, 9, 0, Math.PI * 2);
    draw.fill();
  }
}

function drawConsole(): string {
  const [element, draw] = canvas();
  draw.fillStyle = '#0b0c0e';
  draw.fillRect(0, 0, 1280, 800);
  draw.font = '26px monospace';
  draw.fillStyle = '#d5d8de';
  for (let line = 0; line < 20; line++) {
    draw.fillText(
      '[  OK  ] Started service '.padEnd(34 + ((line * 7) % 23), '.'),
      24,
      48 + line * 37,
    );
  }
  return pngOf(element);
}

function pngOf(element: HTMLCanvasElement): string {
  return element.toDataURL('image/png').split(',')[1] ?? '';
}
