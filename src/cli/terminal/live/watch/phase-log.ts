import type { Mark } from '../../../../stream/command-event.js';
import type { RecordingEvent } from '../../../../stream/event.js';

/** A stretch that has a name: a phase, or a run. Instants in µs. */
export interface Phase {
  readonly name: string;
  readonly fromUs: number;
  /** Null while it runs. */
  readonly toUs: number | null;
}

/** An instant that has a name. */
interface Point {
  readonly name: string;
  readonly atUs: number;
}

/** As many are remembered. */
const most = 200;

/** The phases and marks of what is run beside the recording, as they come. */
export class PhaseLog {
  #open: Phase[] = [];
  #ended: Phase[] = [];
  #point: Point | null = null;

  /** How they stood at an instant, µs: those that ran then, the oldest first, and those that had ended, in the order of their ends. */
  at(us: number): { readonly open: readonly Phase[]; readonly ended: readonly Phase[] } {
    const isOver = ({ toUs }: Phase): boolean => toUs !== null && toUs <= us;
    const begun = [...this.#ended, ...this.#open].filter(({ fromUs }) => fromUs <= us);
    const open = begun.filter((phase) => !isOver(phase)).map((phase) => ({ ...phase, toUs: null }));
    return { open: open.sort((a, b) => a.fromUs - b.fromUs), ended: begun.filter(isOver) };
  }

  get lastPoint(): Point | null {
    return this.#point;
  }

  add(event: RecordingEvent): void {
    if (event.type === 'run-begin')
      this.#begin(`${event.warmup ? 'warm-up' : 'run'} ${event.number}`, event.atNs / 1e3);
    else if (event.type === 'marks') for (const mark of event.marks) this.#mark(mark);
    // What is open ends with the command.
    else if (event.type === 'run-end') for (const { name } of this.#open) this.#end(name, event.atNs / 1e3);
  }

  #mark({ kind, name, atNs }: Mark): void {
    if (kind === 'begin') this.#begin(name, atNs / 1e3);
    else if (kind === 'end') this.#end(name, atNs / 1e3);
    else this.#point = { name, atUs: atNs / 1e3 };
  }

  #begin(name: string, fromUs: number): void {
    this.#open = [...this.#open, { name, fromUs, toUs: null }].slice(-most);
  }

  /** As in a report, an end is that of the oldest of its name. */
  #end(name: string, toUs: number): void {
    const begun = this.#open.find((each) => each.name === name);
    if (!begun) return;
    this.#open = this.#open.filter((each) => each !== begun);
    this.#ended = [...this.#ended, { ...begun, toUs }].slice(-most);
  }
}
