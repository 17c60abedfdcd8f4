import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Electron starts programs at login on macOS; on Linux a file of the desktop does (XDG Autostart). */
export interface LoginItemHost {
  readonly platform: NodeJS.Platform;
  /** $XDG_CONFIG_HOME, or what stands for it. */
  readonly configFolder: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly setLoginItem: (isOn: boolean) => void;
}

export async function setLaunchAtLogin(isOn: boolean, host: LoginItemHost): Promise<void> {
  if (host.platform === 'darwin') {
    host.setLoginItem(isOn);
    return;
  }
  const folder = path.join(host.configFolder, 'autostart');
  const file = path.join(folder, 'torpor.desktop');
  if (!isOn) return rm(file, { force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(file, desktopEntry(host.command));
}

/** https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html on quoting. */
export function desktopEntry(command: readonly string[]): string {
  const exec = command
    .map((word) => `"${word.replaceAll(/[\\"`$]/g, '\\$&').replaceAll('%', '%%')}"`)
    .join(' ')
    // A backslash of the value itself is written twice in any string of such a file.
    .replaceAll('\\', '\\\\');
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Torpor',
    `Exec=${exec}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}
