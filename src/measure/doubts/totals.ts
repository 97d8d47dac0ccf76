import type { Instrument, Total } from '../../board/board.js';
import type { AppliedCalibration } from '../accuracy/applied.js';

/** The board rounds to whole watts, and may add up readings a moment apart from those that it sends. */
const tolerance = { w: 2, share: 0.03 };

/** A sum of the board's own that is not its rails'. */
interface Disagreement {
  times: number;
  readonly firstUs: number;
  readonly totalW: number;
  readonly railsW: number;
}

/** Holds the sums that a board makes itself against what its rails add up to. */
export class TotalsCheck {
  #samples = 0;
  readonly #disagreements = new Map<Total, Disagreement>();

  /** Those of rails that are as the board read them: of what a calibration made something else, it knows nothing. */
  readonly #totals: readonly Total[];

  constructor(
    readonly board: Instrument,
    applied: AppliedCalibration | null = null,
  ) {
    const isCorrected = (rail: number) => applied !== null && board.rails[rail]!.name in applied.rails;
    this.#totals = board.totals.filter(({ rails }) => !rails.some(isCorrected));
  }

  add(timeUs: Float64Array, channels: readonly (Int32Array | undefined)[], count: number): void {
    const { rails } = this.board;
    if (this.#totals.length === 0) return;
    this.#samples += count;
    for (const total of this.#totals) {
      const told = channels[total.field];
      if (!told) continue;
      const scale = 10 ** this.board.fields[total.field]!.decimals;
      for (let row = 0; row < count; row++) {
        let mw = 0;
        for (const rail of total.rails) mw += channels[rails[rail]!.power]![row]!;
        const railsW = mw / 1000;
        const totalW = told[row]! / scale;
        if (Math.abs(totalW - railsW) <= tolerance.w + tolerance.share * Math.abs(railsW)) continue;
        const seen = this.#disagreements.get(total);
        if (seen) seen.times++;
        else this.#disagreements.set(total, { times: 1, firstUs: timeUs[row]!, totalW, railsW });
      }
    }
  }

  /** A sentence for each sum that was ever another. */
  texts(): string[] {
    return [...this.#disagreements].map(([{ field }, { times, firstUs, totalW, railsW }]) => {
      const { title, name } = this.board.fields[field]!;
      const often = `${times} of ${this.#samples} ${this.#samples === 1 ? 'sample' : 'samples'}`;
      return `${title} (${name}) is not what the rails add up to in ${often}, first at ${(firstUs / 1e6).toFixed(3)} s: ${totalW} W against ${railsW.toFixed(3)} W; energies are of the rails`;
    });
  }
}
