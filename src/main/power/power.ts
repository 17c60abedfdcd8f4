import type { Settings } from '../../contract/settings.ts';
import type { AgentAccess } from '../agent-access.ts';
import type { Quit } from '../lifecycle/quit.ts';
import type { Notifier } from '../notifications.ts';
import type { Text } from '../text/text.ts';

export interface PowerParts {
  readonly access: AgentAccess;
  readonly settings: () => Settings;
  readonly quit: Quit;
  readonly notifier: Notifier;
  readonly text: () => Text;
  readonly onError: (error: unknown) => void;
}

export interface Power {
  begin(): void;
  settingsChanged(): void;
  close(): void;
}

export function startPower(_parts: PowerParts): Power {
  return { begin() {}, settingsChanged() {}, close() {} };
}
