/**
 * What `import ... from 'electron'` and `require('electron')` give in the main process of the
 * stand-in. What is not here is not carried, and fails on import or call, never in silence.
 */
import { app } from './app/app.ts';
import { dialog } from './desktop/dialog.ts';
import { Menu, MenuItem } from './desktop/menu.ts';
import { NativeImage, nativeImage } from './desktop/native-image.ts';
import { nativeTheme } from './desktop/native-theme.ts';
import { Notification } from './desktop/notification.ts';
import { safeStorage } from './desktop/safe-storage.ts';
import { screen } from './desktop/screen.ts';
import {
  clipboard,
  globalShortcut,
  powerMonitor,
  powerSaveBlocker,
  shell,
  systemPreferences,
} from './desktop/system.ts';
import { Tray } from './desktop/tray.ts';
import { BrowserWindow } from './windows/browser-window.ts';
import { ipcMain } from './windows/ipc-main.ts';
import { protocol } from './windows/protocol.ts';
import { session } from './windows/session.ts';
import { webContents } from './windows/web-contents.ts';

const electron = {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  MenuItem,
  NativeImage,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  systemPreferences,
  Tray,
  webContents,
};

export default electron;
/** `module.exports` is what CommonJS callers, as menubar, receive. */
export {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  electron as 'module.exports',
  globalShortcut,
  ipcMain,
  Menu,
  MenuItem,
  NativeImage,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  systemPreferences,
  Tray,
  webContents,
};
