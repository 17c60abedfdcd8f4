import type { Text } from './en.ts';

const machines = (count: number): string => (count === 1 ? '1 Maschine' : `${count} Maschinen`);

export const de: Text = {
  language: 'de',
  status: {
    stopped: 'heruntergefahren',
    running: 'läuft',
    paused: 'angehalten',
    suspended: 'im Ruhezustand',
    broken: 'braucht Aufmerksamkeit',
    starting: 'startet',
    pausing: 'wird angehalten',
    resuming: 'läuft gleich weiter',
    suspending: 'geht in den Ruhezustand',
    restoring: 'kommt zurück',
    stopping: 'fährt herunter',
  },
  action: {
    start: 'Starten',
    restore: 'Fortsetzen',
    resume: 'Fortsetzen',
    suspend: 'In den Ruhezustand',
    details: 'Zeigen',
    cancel: 'Abbrechen',
  },
  menu: {
    open: 'Torpor öffnen',
    machine: (name, how, action) =>
      action === null ? `${name} · ${how}` : `${name} · ${how} → ${action}`,
    percent: (how, percent) => `${how} ${percent} %`,
    more: (count) => `${count} weitere`,
    none: 'Noch keine Maschinen',
    create: 'Neue Maschine …',
    suspendAll: 'Alle in den Ruhezustand',
    library: 'Bibliothek öffnen',
    settings: 'Einstellungen …',
    host: 'Computer prüfen …',
    about: 'Über Torpor',
    starting: 'Torpor startet …',
    cancelQuit: 'Nicht beenden',
    quit: 'Beenden',
    quitDoing: (does) => `Beenden: ${does.join(', ')}`,
    suspend: (count) => `${machines(count)} in den Ruhezustand`,
    stop: (count) => `${machines(count)} herunterfahren`,
    ask: (count) => `wegen ${machines(count)} fragen`,
    quitting: 'Wird beendet …',
    quitLeaving: 'Beenden, Maschinen beim anderen Agenten lassen',
  },
  tooltip: {
    idle: 'Torpor: nichts läuft',
    running: (count) => `Torpor: ${count} ${count === 1 ? 'läuft' : 'laufen'}`,
    busy: (name, how) => `Torpor: ${name} ${how}`,
    attention: (message) => `Torpor: ${message}`,
    asking: 'Torpor endete unerwartet. Welche Maschinen sollen zurückkommen?',
  },
  notice: {
    several: (count) => `${count} Dinge brauchen Sie`,
    restored: (names) =>
      names.length === 1 ? `„${names[0]}“ ist zurück.` : `${names.length} Maschinen sind zurück.`,
    suspended: {
      sleep: 'In den Ruhezustand, bevor der Computer schlief',
      battery: 'In den Ruhezustand, weil der Akku schwach ist',
    },
    idle: (name) => `„${name}“ ist im Ruhezustand: Niemand hat es benutzt.`,
    ranOn: 'Torpor endete unerwartet. Seine Maschinen liefen weiter.',
    lowSpace: (free) => `Nur ${free} sind frei, wo die Maschinen liegen.`,
  },
  settings: {
    damaged: (kept) =>
      `Die Einstellungen waren nicht lesbar. Sie liegen nun in ${kept}, und Torpor begann mit neuen.`,
    shortcutTaken: (keys) => `${keys} ist nicht frei: ein anderes Programm benutzt es.`,
  },
  choose: {
    disk: 'Abbild einer Festplatte wählen',
    iso: 'Installationsabbild wählen',
    kernel: 'Kernel wählen',
    initrd: 'Initiale RAM-Disk wählen',
    restoreImage: 'Wiederherstellungsabbild von macOS wählen',
    catalogue: 'Liste von Wiederherstellungsabbildern wählen',
    folder: 'Ordner wählen',
  },
  windows: {
    create: 'Neue Maschine',
    settings: 'Einstellungen',
    about: 'Über Torpor',
    host: 'Computer prüfen',
    quit: 'Torpor beenden',
    display: 'Bildschirm',
  },
  inhibit: 'Maschinen gehen in den Ruhezustand',
};
