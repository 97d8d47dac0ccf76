import type { Instrument } from '../board/board.js';
import { newColumn } from '../board/frame.js';
import { gapFloorUs, gapLimitUs } from '../measure/gaps.js';
import { sumComponents, type Wiring } from '../measure/rail-map.js';
import type { SampleRows } from '../stream/sample-block.js';
import { ChannelBits, ChannelMean, type IntervalChannel } from './channel-means.js';

/** So many spacings say what is usual when a long one comes. */
const spacingsKept = 32;

/**
 * Time-weighted means over the intervals of an even grid, trapezoidal as the energy is: between two samples a value goes
 * straight from the one to the other. An interval without a sample is joined to the one before it; what lies in a gap is in
 * none. So every mean is of what was measured, and says how long that was.
 */
export class IntervalMeans {
  readonly #means: readonly IntervalChannel[];
  #lastUs = Number.NaN;
  #startUs = 0;
  /** Where the interval under way ends. */
  #nextUs = 0;
  /** No other sample since the last gap. */
  #alone = true;
  readonly #spacingsUs = new Float64Array(spacingsKept);
  #spacings = 0;
  #stepsUs = new Float64Array(0);

  /** The intervals that are complete. */
  #rows = 0;
  #capacity = -1; // a first block may be empty
  #timeUs = new Float64Array(0);
  #intervalUs = new Float64Array(0);
  readonly #channels: (Int32Array | undefined)[] = [];
  #powerMw: Float64Array[] = [];

  /** @param channels What is wanted beside the powers of the rails, as indexes into the board's fields. */
  constructor(
    readonly widthUs: number,
    readonly board: Instrument,
    readonly wiring: Wiring,
    channels: ReadonlySet<number>,
  ) {
    const railPowers = board.rails.map(({ power }) => power);
    const powers = new Set([...railPowers, ...board.wires.map(({ power }) => power)]);
    this.#means = [...new Set([...railPowers, ...channels])].map((channel) => {
      const { type, missing } = board.fields[channel]!;
      if (type === 'uint64') return new ChannelBits(channel);
      return new ChannelMean(channel, missing !== undefined, powers.has(channel));
    });
  }

  /** Takes samples, and gives the intervals that they complete, lent until the next call. */
  add(block: SampleRows): SampleRows {
    const { count, timeUs } = block;
    this.#reset(count);
    for (let row = 0; row < count; ) {
      const spacingUs = timeUs[row]! - this.#lastUs;
      if (Number.isNaN(this.#lastUs)) this.#begin(block, row++);
      else if (this.#isGap(spacingUs)) {
        this.#keep(spacingUs);
        this.#close(this.#lastUs);
        this.#begin(block, row++);
      } else if (timeUs[row]! >= this.#nextUs) this.#cross(block, row++);
      else row = this.#take(block, row);
    }
    return this.#completed();
  }

  /** Gives the interval under way, which ends with the last sample. */
  end(): SampleRows {
    this.#reset(1);
    if (!Number.isNaN(this.#lastUs)) this.#close(this.#lastUs);
    this.#lastUs = Number.NaN;
    return this.#completed();
  }

  /** Longer than is usual just before it, as the summary's gaps are longer than is usual in the recording. */
  #isGap(spacingUs: number): boolean {
    if (spacingUs >= 0 && spacingUs <= gapFloorUs) return false;
    const known = this.#spacingsUs.slice(0, this.#spacings).sort();
    return spacingUs < 0 || (known.length > 0 && spacingUs > gapLimitUs(known[known.length >> 1]!));
  }

  #keep(spacingUs: number): void {
    this.#spacingsUs.copyWithin(1, 0);
    this.#spacingsUs[0] = spacingUs;
    this.#spacings = Math.min(this.#spacings + 1, spacingsKept);
  }

  #begin({ timeUs, channels }: SampleRows, row: number): void {
    const us = timeUs[row]!;
    this.#lastUs = this.#startUs = us;
    this.#nextUs = us - (us % this.widthUs) + this.widthUs;
    this.#alone = true;
    for (const mean of this.#means) mean.begin(channels[mean.channel]!, row);
  }

  /** Takes the samples from `row` on that lie in the interval under way; returns the first that does not. */
  #take({ count, timeUs, channels }: SampleRows, row: number): number {
    let end = row;
    for (let last = this.#lastUs; end < count && timeUs[end]! < this.#nextUs; end++) {
      const step = timeUs[end]! - last;
      if (end > row && !(step >= 0 && step <= gapFloorUs)) break;
      this.#stepsUs[end] = step;
      last = timeUs[end]!;
    }
    for (let n = Math.max(row, end - spacingsKept); n < end; n++) this.#keep(this.#stepsUs[n]!);
    for (const mean of this.#means) mean.take(channels[mean.channel]!, row, end, this.#stepsUs);
    this.#lastUs = timeUs[end - 1]!;
    this.#alone = false;
    return end;
  }

  /** Takes a sample behind the interval's end: the interval goes on up to the grid's last line before the sample. */
  #cross({ timeUs, channels }: SampleRows, row: number): void {
    const us = timeUs[row]!;
    const wholeUs = us - this.#lastUs;
    const lineUs = us - (us % this.widthUs);
    this.#keep(wholeUs);
    this.#alone = false;
    for (const mean of this.#means) mean.leave(channels[mean.channel]!, row, lineUs - this.#lastUs, wholeUs);
    this.#close(lineUs);
    for (const mean of this.#means) mean.enter(channels[mean.channel]!, row);
    this.#startUs = lineUs;
    this.#nextUs = lineUs + this.widthUs;
    this.#lastUs = us;
  }

  /** Ends the interval under way. A sample between two gaps is one by itself, of no length. */
  #close(endUs: number): void {
    const widthUs = endUs - this.#startUs;
    // The last sample of all may lie on the grid's line, and is the end of the interval before it.
    if (widthUs === 0 && !this.#alone) return;
    const row = this.#rows++;
    this.#timeUs[row] = Math.floor(this.#startUs + widthUs / 2);
    this.#intervalUs[row] = widthUs;
    for (const mean of this.#means) mean.close(this.#channels[mean.channel]!, row, this.#alone);
  }

  #reset(rows: number): void {
    this.#rows = 0;
    if (rows <= this.#capacity) return;
    this.#capacity = rows;
    this.#timeUs = new Float64Array(rows);
    this.#intervalUs = new Float64Array(rows);
    this.#stepsUs = new Float64Array(rows);
    for (const { channel } of this.#means)
      this.#channels[channel] = newColumn(this.board.fields[channel]!, rows);
    this.#powerMw = this.wiring.sums.map(() => new Float64Array(rows));
  }

  #completed(): SampleRows {
    const count = this.#rows;
    const [timeUs, intervalUs, channels, powerMw] = [
      this.#timeUs,
      this.#intervalUs,
      this.#channels,
      this.#powerMw,
    ];
    sumComponents(this.wiring, this.board, channels, count, powerMw);
    return { count, timeUs, intervalUs, channels, powerMw };
  }
}
