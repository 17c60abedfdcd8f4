/** The composition root of the app. */
import path from 'node:path';
import { app, BrowserWindow, ipcMain, protocol } from 'electron';
import { isOwnPage, serveContract } from './ipc.ts';
import { handlersWithoutAgent } from './no-agent.ts';
import { pageScheme, servePage } from './pages.ts';
import { createTray } from './tray.ts';

if (app.requestSingleInstanceLock()) run();
else app.quit();

function run(): void {
  const root = app.getAppPath();
  protocol.registerSchemesAsPrivileged([pageScheme]);
  const bar = createTray({
    icon: path.join(root, 'assets', 'icons', 'idleTemplate.png'),
    preload: path.join(root, 'dist', 'preload', 'index.cjs'),
  });
  const isOwnWindow = (contentsId: number) =>
    BrowserWindow.getAllWindows().some(({ webContents }) => webContents.id === contentsId);

  serveContract(
    ipcMain,
    handlersWithoutAgent(app.getVersion()),
    (source) => isOwnPage(source, isOwnWindow),
    (problem) => console.error(problem.message),
  );
  app.on('window-all-closed', () => {
    // The tray stays.
  });
  app.on('second-instance', () => void bar.showWindow());
  void app.whenReady().then(() => {
    protocol.handle(pageScheme.scheme, (request) =>
      servePage(path.join(root, 'dist', 'panel'), request),
    );
  });
  if (!app.isPackaged) Object.assign(globalThis, { torporForTests: { bar } });
}
