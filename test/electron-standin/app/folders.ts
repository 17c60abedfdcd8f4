import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/** The folders of `app.getPath`, without those that an app has set. */
export function standardFolder(
  name: string,
  app: { readonly name: string; readonly userData: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
): string {
  const home = homedir();
  const appData =
    process.platform === 'darwin'
      ? path.join(home, 'Library', 'Application Support')
      : (env.XDG_CONFIG_HOME ?? path.join(home, '.config'));
  const userData = app.userData ?? path.join(appData, app.name);
  const folders = new Map([
    ['home', home],
    ['appData', appData],
    ['userData', userData],
    ['sessionData', userData],
    ['temp', tmpdir()],
    ['exe', process.execPath],
    ['module', process.execPath],
    ['desktop', path.join(home, 'Desktop')],
    ['documents', path.join(home, 'Documents')],
    ['downloads', path.join(home, 'Downloads')],
    ['crashDumps', path.join(userData, 'Crashpad')],
    ['logs', path.join(userData, 'logs')],
  ]);
  const folder = folders.get(name);
  if (folder === undefined) throw new Error(`Failed to get '${name}' path`);
  return folder;
}
