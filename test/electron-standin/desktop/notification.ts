import { EventEmitter } from 'node:events';
import type { NotificationConstructorOptions } from 'electron';
import { preventable } from '../preventable.ts';
import { seen } from '../seen.ts';

/** Shown to nobody; a test clicks it with `emit('click')` or `emit('action', event, index)`. */
export class Notification extends EventEmitter {
  readonly title: string;
  readonly body: string;
  readonly silent: boolean;
  readonly actions: NotificationConstructorOptions['actions'];

  static isSupported = () => true;

  constructor(options: NotificationConstructorOptions = {}) {
    super();
    this.title = options.title ?? '';
    this.body = options.body ?? '';
    this.silent = options.silent ?? false;
    this.actions = options.actions ?? [];
  }
  show(): void {
    seen.notifications.push(this);
    setImmediate(() => this.emit('show', preventable()));
  }
  close(): void {
    this.emit('close', preventable());
  }
}
