import type { Mark } from '../../../stream/command-event.js';
import type { RecordingEvent } from '../../../stream/event.js';

/** Marks that wait for the samples to reach them, since a mark says how many joules there were by then. */
export class DueMarks {
  #waiting: Mark[] = [];

  take(events: readonly RecordingEvent[]): void {
    for (const event of events) if (event.type === 'marks') this.#waiting.push(...event.marks);
  }

  /** Those up to an instant, in the order in which they came. */
  upTo(us: number): Mark[] {
    const first = this.#waiting.findIndex(({ atNs }) => atNs / 1000 > us);
    return this.#waiting.splice(0, first < 0 ? this.#waiting.length : first);
  }
}
