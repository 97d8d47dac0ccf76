import { amountOf, type FaultEvent, type FaultKind } from '../../stream/event.js';
import type { Candidate, SpacingWatch } from '../gaps.js';

/** How often a kind of fault came, and what all of them came to. */
export interface FaultTally {
  readonly times: number;
  readonly amount: number;
}

/** Of several faults in one gap the lowest rank is its cause; within a rank the earliest. */
const rank: Readonly<Record<FaultKind, number>> = {
  'board-lost': 0,
  suspend: 0,
  overrun: 0,
  joined: 0,
  'no-reply': 1,
  overwritten: 1,
  'late-reply': 1,
  'short-reply': 1,
  'wrong-answer': 1,
  'stray-bytes': 1,
  unreadable: 1,
  'implausible-frame': 2,
};

/** This many faults wait before they are held against the gaps. */
const mostWaiting = 4096;

/** Counts faults by kind, and finds the gaps that they explain. A fault may be told before or after its gap is known. */
export class FaultLog {
  readonly tallies = new Map<FaultKind, FaultTally>();
  #waiting: FaultEvent[] = [];

  add(fault: FaultEvent, spacings: SpacingWatch): void {
    const { times, amount } = this.tallies.get(fault.kind) ?? { times: 0, amount: 0 };
    this.tallies.set(fault.kind, { times: times + 1, amount: amount + amountOf(fault) });
    this.#waiting.push(fault);
    if (this.#waiting.length >= mostWaiting) this.settle(spacings);
  }

  /** Tells the long spacings so far, and the silences outside of the samples, their causes. */
  settle({ candidates, leading, lastUs }: SpacingWatch, outer: readonly Candidate[] = []): void {
    const inOrder = [...new Set([...candidates, ...(leading ? [leading] : []), ...outer])];
    inOrder.sort((a, b) => a.startUs - b.startUs);
    let best: FaultEvent | undefined;
    for (const fault of this.#waiting) {
      explain(inOrder, fault);
      // All that reach beyond the last sample belong to the one silence under way, so the best of them stands for all.
      if (
        fault.endNs / 1000 >= (lastUs ?? 0) &&
        (!best || isBetter(fault, rank[best.kind], best.startNs / 1000))
      )
        best = fault;
    }
    this.#waiting = best ? [best] : [];
  }
}

const isBetter = (fault: FaultEvent, thanRank: number, thanStartUs: number): boolean =>
  rank[fault.kind] < thanRank || (rank[fault.kind] === thanRank && fault.startNs / 1000 < thanStartUs);

function explain(inOrder: readonly Candidate[], fault: FaultEvent): void {
  const startUs = fault.startNs / 1000;
  const endUs = fault.endNs / 1000;
  let low = 0;
  let high = inOrder.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inOrder[middle]!.endUs > startUs) high = middle;
    else low = middle + 1;
  }
  for (let n = low; n < inOrder.length && inOrder[n]!.startUs < endUs; n++) {
    const gap = inOrder[n]!;
    if (!isBetter(fault, gap.causeRank, gap.causeStartUs)) continue;
    gap.cause = fault.kind;
    gap.causeRank = rank[fault.kind];
    gap.causeStartUs = startUs;
  }
}
