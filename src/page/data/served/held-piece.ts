import type { Columns, Samples } from '../../../draw/envelope.js';
import { gridEndUs, intervalsIn } from '../../../draw/envelope.js';
import type { Piece } from '../../../draw/packing.js';
import type { PageRun } from '../../../draw/page-data.js';
import { instantUsOf } from '../../../measure/stretch/figures.js';
import { IntervalPowers } from '../../../measure/stretch/interval-powers.js';
import type { Powers } from '../../../measure/stretch/powers.js';
import { Instants } from '../instants.js';
import { SamplePowers } from '../sample-powers.js';

const bytesPerCell = 16;

/** A stretch of a run that came from the server. */
export class HeldPiece {
  /** Up to where each side of it is whole. */
  readonly fromUs: number;
  readonly toUs: number;
  /** How fine it is: an interval's length, or 0. */
  readonly intervalUs: number;
  readonly bytes: number;
  /** More is known by now: it is drawn until that is here. */
  isStale = false;
  /** When it was wanted last, in turns of the store. */
  usedAt = 0;
  readonly #piece: Piece;
  readonly #run: PageRun;
  readonly #powers: (Powers | undefined)[] = [];
  #instants: Instants | undefined;

  /** @param asked the stretch that was asked for, to whose ends samples reach */
  constructor(piece: Piece, run: PageRun, asked: { readonly fromUs: number; readonly toUs: number }) {
    this.#piece = piece;
    this.#run = run;
    if (piece.kind === 'samples') {
      this.fromUs = asked.fromUs;
      this.toUs = asked.toUs;
      this.intervalUs = 0;
      this.bytes = piece.timeUs.byteLength * (1 + piece.powerMw.length);
    } else {
      this.fromUs = piece.grid.startUs;
      this.toUs = gridEndUs(piece.grid);
      this.intervalUs = piece.grid.intervalUs;
      this.bytes = piece.grid.count * piece.series.length * bytesPerCell;
    }
  }

  get isEmpty(): boolean {
    return this.#piece.kind === 'samples' ? this.#piece.timeUs.length === 0 : this.#piece.grid.count === 0;
  }

  covers(fromUs: number, toUs: number): boolean {
    return this.fromUs <= fromUs && this.toUs >= toUs;
  }

  powers(series: number): Powers {
    this.#powers[series] ??= this.#make(series);
    return this.#powers[series];
  }

  /** Fills those of the columns from `fromUs` to `toUs` that lie within. */
  fillWithin(series: number, fromUs: number, toUs: number, into: Columns): void {
    const count = into.minMw.length;
    const columnUs = (toUs - fromUs) / count;
    // The last interval of a recording may end before its column does.
    const first = Math.max(0, Math.ceil((this.fromUs - fromUs) / columnUs - 1e-9));
    const behind = Math.min(count, Math.floor((this.toUs - fromUs) / columnUs + 1e-9));
    if (first >= behind) return;
    this.powers(series).fillColumns(fromUs + first * columnUs, fromUs + behind * columnUs, {
      minMw: into.minMw.subarray(first, behind),
      maxMw: into.maxMw.subarray(first, behind),
      meanMw: into.meanMw.subarray(first, behind),
    });
  }

  /** The samples of a stretch and the two beside; null where they are not known one by one, or more than `most`. */
  samplesIn(fromUs: number, toUs: number, most: number): Samples | null {
    if (this.#piece.kind !== 'samples') return null;
    const { timeUs, powerMw } = this.#piece;
    const instants = this.#known();
    const first = Math.max(0, instants.from(fromUs) - 1);
    const behind = Math.min(instants.count, instants.upTo(toUs) + 2);
    if (behind - first > most) return null;
    return {
      timeUs: timeUs.subarray(first, behind),
      powerMw: powerMw.map((column) => column.subarray(first, behind)),
    };
  }

  /** The samples in a stretch, or the intervals that it touches. */
  within(fromUs: number, toUs: number): Piece {
    if (this.#piece.kind === 'intervals')
      return { kind: 'intervals', ...intervalsIn(this.#piece, fromUs, toUs) };
    const { timeUs, powerMw } = this.#piece;
    const instants = this.#known();
    const [first, behind] = [instants.from(fromUs), instants.upTo(toUs) + 1];
    return {
      kind: 'samples',
      timeUs: timeUs.subarray(first, behind),
      powerMw: powerMw.map((column) => column.subarray(first, behind)),
    };
  }

  #make(series: number): Powers {
    if (this.#piece.kind === 'samples')
      return new SamplePowers(this.#known(), this.#piece.powerMw[series]!, instantUsOf(this.#run));
    const { grid, series: envelopes } = this.#piece;
    return new IntervalPowers(grid, envelopes[series]!, this.#run);
  }

  #known(): Instants {
    if (this.#piece.kind !== 'samples') throw new Error('there are no samples in it');
    this.#instants ??= new Instants(this.#piece.timeUs, this.#run);
    return this.#instants;
  }
}
