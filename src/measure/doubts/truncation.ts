import type { Instrument, Rail } from '../../board/board.js';
import type { Wiring } from '../rail-map.js';

/** The mean of a column, over all that was added. */
interface Sums {
  voltageMv: number;
  currentMa: number;
}

/**
 * What an instrument that cuts off fractions of its converter's levels leaves out of its powers in the mean: of each rail its mean
 * voltage times what its current lacks, and the other way round.
 */
export class TruncationWatch {
  readonly #sums: Sums[];
  #count = 0;
  readonly #board: Instrument;
  readonly #wiring: Wiring;

  constructor(board: Instrument, wiring: Wiring) {
    this.#board = board;
    this.#wiring = wiring;
    this.#sums = board.rails.map(() => ({ voltageMv: 0, currentMa: 0 }));
  }

  add(channels: readonly (Int32Array | undefined)[], count: number): void {
    if (this.#board.truncatedLevels === undefined) return;
    this.#count += count;
    this.#board.rails.forEach(({ voltage, current }, rail) => {
      const sums = this.#sums[rail]!;
      const [volts, amps] = [channels[voltage], channels[current]];
      if (!volts || !amps) return;
      for (let row = 0; row < count; row++) {
        sums.voltageMv += volts[row]!;
        sums.currentMa += amps[row]!;
      }
    });
  }

  /** By component, mW; nothing where nothing is cut off. */
  get facts(): { readonly lackingMw?: readonly number[] } {
    if (this.#board.truncatedLevels === undefined || this.#count === 0) return {};
    const rails = this.#board.rails.map((rail, n) => this.#lackingMw(rail, this.#sums[n]!));
    const lackingMw = this.#wiring.sums.map(({ terms }) =>
      Math.abs(terms.reduce((sum, { rail, sign }) => sum + sign * rails[rail]!, 0)),
    );
    return { lackingMw };
  }

  #lackingMw({ voltage, current }: Rail, { voltageMv, currentMa }: Sums): number {
    const levels = this.#board.truncatedLevels ?? 0;
    const lacking = (field: number) => levels * (this.#board.fields[field]!.scale?.gain ?? 0);
    return (voltageMv * lacking(current) + currentMa * lacking(voltage)) / this.#count / 1000;
  }
}
