import type { Instrument } from '../../board/board.js';
import type { RecordingEvent } from '../../stream/event.js';

type BoardFault = Extract<RecordingEvent, { type: 'board-fault' }>;

/** Counts how often each of the board's fault bits rose. */
export class BoardFaultTally {
  readonly #rises = new Map<number, { readonly first: BoardFault; times: number }>();

  constructor(readonly board: Instrument) {}

  add(fault: BoardFault): void {
    const seen = this.#rises.get(fault.bit);
    if (seen) seen.times++;
    else this.#rises.set(fault.bit, { first: fault, times: 1 });
  }

  /** A sentence a bit, lowest first. */
  texts(): string[] {
    return [...this.#rises]
      .sort(([a], [b]) => a - b)
      .map(([bit, { first, times }]) => {
        const title =
          this.board.faults?.bits.find((each) => each.bit === bit)?.title ?? 'a fault without a name';
        const often = times === 1 ? 'once' : `${times} times`;
        return `the board raised a fault ${often}, first at ${(first.atNs / 1e9).toFixed(3)} s: ${title} (${first.name}, bit ${bit})`;
      });
  }
}
