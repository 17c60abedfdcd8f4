import type { Driver, Session } from '../../../src/core/driver.ts';

/** `session` with some of it replaced, for a hypervisor that fails where a test wants it to. */
export function standIn(session: Session, changes: Partial<Session>): Session {
  return {
    get status() {
      return session.status;
    },
    pause: () => session.pause(),
    resume: () => session.resume(),
    save: session.save,
    requestStop: session.requestStop,
    screenshot: session.screenshot,
    console: session.console,
    setClock: session.setClock,
    ...(session.activity === undefined ? {} : { activity: session.activity }),
    end: () => session.end(),
    detach: () => session.detach(),
    on: (event, listener) => session.on(event, listener),
    ...changes,
  };
}

/** `driver`, whose restored sessions have some of them replaced. */
export function restoringWith(
  driver: Driver,
  changes: (session: Session) => Partial<Session>,
): Driver {
  return {
    ...driver,
    restore: async (place, manifest, options) => {
      const session = await driver.restore(place, manifest, options);
      return standIn(session, changes(session));
    },
  };
}
