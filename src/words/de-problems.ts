import type { ProblemTexts } from './problems.ts';

const free = 'Schaffen Sie Platz auf dem Laufwerk der Bibliothek und versuchen Sie es noch einmal.';
const again = 'Versuchen Sie es noch einmal.';
const report = 'Das ist ein Fehler in Torpor. Bitte melden Sie ihn mit dem Protokoll.';

const codes: ProblemTexts['codes'] = {
  NO_SUCH_MACHINE: { title: 'Diese Maschine gibt es hier nicht mehr.' },
  MACHINE_EXISTS: { title: 'Eine Maschine mit diesem Namen gibt es schon.' },
  MACHINE_BROKEN: {
    title: 'Diese Maschine lässt sich so nicht benutzen.',
    hint: 'Ihre Dateien sind alle noch da.',
  },
  CONFIG_INVALID: {
    title: 'Die Einstellungen der Maschine sind nicht lesbar.',
    hint: 'Die Dateien sind alle noch da. Die Stelle steht unter „Einzelheiten“.',
  },
  CONFIG_TOO_NEW: {
    title: 'Eine neuere Version von Torpor hat diese Maschine geschrieben.',
    hint: 'Aktualisieren Sie Torpor, um sie zu benutzen.',
  },
  WRONG_STATUS: { title: 'Das geht nicht, solange die Maschine in diesem Zustand ist.' },
  BUSY: { title: 'Die Maschine ist gerade mit etwas anderem beschäftigt.', hint: again },
  CANCELLED: { title: 'Abgebrochen.' },
  LIBRARY_UNAVAILABLE: {
    title: 'Die Bibliothek ist nicht erreichbar.',
    hint: 'Ist das Laufwerk angeschlossen? Der Ordner lässt sich in den Einstellungen ändern.',
  },
  LIBRARY_IN_USE: {
    title: 'Ein anderes Torpor benutzt diese Bibliothek.',
    hint: 'Beenden Sie es, oder wählen Sie eine andere Bibliothek.',
  },
  STATE_DAMAGED: {
    title: 'Der gesicherte Zustand ist beschädigt.',
    hint: 'Starten Sie kalt, um ihn beiseitezulegen. Gelöscht wurde nichts.',
  },
  STATE_DOES_NOT_FIT: {
    title: 'Der gesicherte Zustand passt nicht zur Maschine, wie sie jetzt ist.',
    hint: 'Machen Sie die Änderung rückgängig, verwerfen Sie den Zustand, oder starten Sie kalt.',
  },
  STATE_MISSING: {
    title: 'Dem gesicherten Zustand fehlen Dateien.',
    hint: 'Legen Sie die Dateien zurück, oder starten Sie kalt.',
  },
  STATE_LEFT: {
    title: 'Die Maschine blieb im Ruhezustand.',
    hint: 'Setzen Sie sie fort, wenn Sie sie brauchen.',
  },
  STATE_LOCKED: {
    title: 'Der gesicherte Zustand ist verschlossen.',
    hint: 'Zum Zurückholen wird sein Schlüssel gebraucht.',
  },
  COMPACT_FAILED: {
    title: 'Der gesicherte Zustand ließ sich nicht verkleinern.',
    hint: 'Er ist da, wie er war.',
  },
  WOULD_LOSE_GUESTS: {
    title: 'Damit gingen laufende Gäste verloren.',
    hint: 'Bringen Sie sie vorher in den Ruhezustand.',
  },
  SPACE_LOW: { title: 'Auf dem Laufwerk der Maschinen wird der Platz knapp.', hint: free },
  WINDOW_CLOSING: { title: 'Das Fenster der Maschine wurde geschlossen; ihr Gast ist noch da.' },
  SUSPEND_FAILED: {
    title: 'Die Maschine ließ sich nicht in den Ruhezustand bringen.',
    hint: 'Verloren ist nichts. Was mit dem Gast ist, steht unter „Einzelheiten“.',
  },
  RESUME_FAILED: {
    title: 'Die Maschine ließ sich nicht zurückholen.',
    hint: 'Ihr gesicherter Zustand ist unverändert da.',
  },
  HYPERVISOR_UNAVAILABLE: {
    title: 'Der Hypervisor dieser Maschine fehlt hier.',
    hint: '„Rechner prüfen“ sagt, was zu tun ist.',
  },
  HYPERVISOR_FAILED: { title: 'Der Hypervisor hat einen Fehler gemeldet.' },
  HYPERVISOR_DISCONNECTED: {
    title: 'Die Verbindung zum Hypervisor ist abgerissen.',
    hint: again,
  },
  GUEST_ENDED: {
    title: 'Der Gast ist unerwartet zu Ende gegangen.',
    hint: 'Starten Sie ihn neu. Was auf seinen Platten war, ist noch da.',
  },
  CAPABILITY_MISSING: { title: 'Das kann diese Maschine nicht.' },
  GUEST_LIMIT: {
    title: 'Mehr Gäste dieser Art erlaubt dieser Rechner nicht zugleich.',
    hint: 'Bringen Sie einen anderen in den Ruhezustand.',
  },
  INSTALL_FAILED: { title: 'Die Installation ist fehlgeschlagen.' },
  INSTALL_REFUSED: {
    title: 'Dieser Rechner kann das Abbild so nicht installieren.',
    hint: '„Rechner prüfen“ sagt, was fehlt.',
  },
  DISK_UNAVAILABLE: {
    title: 'Eine Platte der Maschine ist nicht erreichbar.',
    hint: 'Ist das Laufwerk angeschlossen?',
  },
  NO_SPACE: { title: 'Der Platz reicht nicht.', hint: free },
  PATH_TOO_LONG: {
    title: 'Der Pfad ist zu lang.',
    hint: 'Wählen Sie einen Ordner mit kürzerem Pfad.',
  },
  CONSENT_NEEDED: {
    title: 'Diese Maschine nennt Dateien außerhalb ihres Ordners.',
    hint: 'Sehen Sie unter „Einzelheiten“ nach, welche, und stimmen Sie nur zu, wenn Sie sie kennen.',
  },
  PERMISSION_DENIED: {
    title: 'Torpor darf das nicht.',
    hint: 'Prüfen Sie, wem die Datei gehört und wer sie lesen und schreiben darf.',
  },
  SYSTEM_CALL_FAILED: { title: 'Das Betriebssystem hat einen Fehler gemeldet.' },
  TIMED_OUT: { title: 'Das hat zu lange gedauert.', hint: again },
  IMAGE_INVALID: { title: 'Das ist kein Abbild, das sich benutzen ließe.' },
  REMOTE_FAILED: {
    title: 'Der Server war nicht zu erreichen.',
    hint: 'Prüfen Sie die Verbindung zum Netz und versuchen Sie es noch einmal.',
  },
  REMOTE_CHANGED: {
    title: 'Die Datei auf dem Server hat sich inzwischen geändert.',
    hint: 'Beginnen Sie von vorn.',
  },
  TABLE_REFUSED: { title: 'Die Liste bekannter Fehler wurde nicht angenommen.' },
  AGENT_UNREACHABLE: { title: 'Torpor antwortet nicht.', hint: again },
  BAD_REQUEST: { title: 'Diese Angabe geht hier nicht.' },
  UNKNOWN_METHOD: { title: 'Das kennt diese Version von Torpor nicht.' },
  INTERNAL: { title: 'In Torpor ist ein Fehler aufgetreten.', hint: report },
};

/** Part of each German catalogue. */
export const deProblems: ProblemTexts = {
  codes,
  differences: [
    [/^machine$/, 'Maschine'],
    [/^(contents of )?disk (?=\S+$)/, '$1Platte '],
    [/\bfirmware variables$/, 'Firmware-Variablen'],
    [/^contents of /, 'Inhalt von '],
    [/^written /, 'geschrieben '],
    [/^present$/, 'vorhanden'],
    [/^missing \(/, 'fehlt ('],
    [/ bytes$/, ' Byte'],
    [/^none$/, 'keines'],
  ],
};
