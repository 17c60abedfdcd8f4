import { seen } from '../seen.ts';

/** Called as Electron's: `(options)` or `(window, options)`. Answers from `electronStandin.dialogAnswers`. */
function opens(kind: string, cancelled: (options: Dialog) => object) {
  return async (...args: readonly unknown[]): Promise<object> => {
    const options = args.at(-1);
    seen.dialogs.push({ kind, options });
    return seen.dialogAnswers.shift() ?? cancelled(isDialog(options) ? options : {});
  };
}

interface Dialog {
  readonly cancelId?: number;
  readonly defaultId?: number;
}

function isDialog(value: unknown): value is Dialog {
  return typeof value === 'object' && value !== null;
}

export const dialog = {
  showMessageBox: opens('message', ({ cancelId, defaultId }) => ({
    response: cancelId ?? defaultId ?? 0,
    checkboxChecked: false,
  })),
  showOpenDialog: opens('open', () => ({ canceled: true, filePaths: [] })),
  showSaveDialog: opens('save', () => ({ canceled: true, filePath: '' })),
  showErrorBox(title: string, content: string): void {
    seen.dialogs.push({ kind: 'error', options: { title, content } });
  },
};
