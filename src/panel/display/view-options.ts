/** How a machine's display is looked at. A fixed resolution, made to fit, unless a person says so. */
export interface ViewOptions {
  readonly fit: boolean;
  readonly resize: boolean;
}

const usual: ViewOptions = { fit: true, resize: false };

/** As a person left them for this machine. */
export function readOptions(machine: string): ViewOptions {
  const kept = localStorage.getItem(keyFor(machine))?.split(' ');
  return kept === undefined
    ? usual
    : { fit: kept.includes('fit'), resize: kept.includes('resize') };
}

export function writeOptions(machine: string, { fit, resize }: ViewOptions): void {
  const words = [fit ? 'fit' : '', resize ? 'resize' : ''];
  localStorage.setItem(keyFor(machine), words.filter(Boolean).join(' '));
}

function keyFor(machine: string): string {
  return `display ${machine}`;
}
