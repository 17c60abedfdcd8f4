import { duration, gigabytes } from '../amounts.ts';
import type { DownloadEvent } from '../download/events.ts';

/** One line about a download: `3.2 of 17 GB, 24 MB/s, 9 min left`. */
export function progressText(event: DownloadEvent): string {
  switch (event.kind) {
    case 'continued':
      return `Going on where the last attempt ended, at ${gigabytes(event.from)}.`;
    case 'restarted':
      return `Starting again from the beginning: ${event.reason}.`;
    case 'retrying':
      return `${event.reason} Trying again in ${duration(event.inMs / 1000)}.`;
    case 'paused':
      return 'Paused.';
    case 'resumed':
      return 'Going on.';
    case 'progress': {
      const amount =
        event.total === undefined
          ? gigabytes(event.done)
          : `${gigabytes(event.done)} of ${gigabytes(event.total)}`;
      if (event.phase === 'verifying') return `Verifying: ${amount}`;
      const rate = event.rate === undefined ? '' : `, ${(event.rate / 1e6).toFixed(1)} MB/s`;
      const left = event.secondsLeft === undefined ? '' : `, ${duration(event.secondsLeft)} left`;
      return `${amount}${rate}${left}`;
    }
  }
}
