import type { Envelopes, Samples } from '../draw/envelope.js';
import { EnvelopeBuilder } from '../draw/envelope-builder.js';
import type { Sink } from '../sink/sink.js';
import type { SampleBlock } from '../stream/sample-block.js';
import type { Series } from './series.js';

/** Up to as many samples are kept as they are: ten minutes at 1 kHz. */
const mostSamples = 600_000;
/** How often the limit of gaps is asked for anew, samples. */
const limitEvery = 65_536;

/** Keeps what pictures of a recording are made of: envelopes, and the samples themselves as long as they are few. */
export class PictureSink implements Sink {
  readonly #series: readonly Series[];
  readonly #gapLimitUs: () => number;
  readonly #builder: EnvelopeBuilder;
  #limitUs = 0;
  #count = 0;
  #kept: { timeUs: Float64Array; powerMw: Float32Array[] }[] | null = [];

  /** @param gapLimitUs as it is known when it is asked for */
  constructor(series: readonly Series[], gapLimitUs: () => number) {
    this.#series = series;
    this.#gapLimitUs = gapLimitUs;
    this.#builder = new EnvelopeBuilder(series.length);
  }

  begin(): void {}

  write(block: SampleBlock): void {
    const { count, timeUs } = block;
    if (count === 0) return;
    const before = Math.floor(this.#count / limitEvery);
    this.#count += count;
    if (this.#limitUs === 0 || Math.floor(this.#count / limitEvery) > before)
      this.#limitUs = this.#gapLimitUs();
    const powersMw = this.#series.map((series) => series.of(block));
    this.#builder.add(timeUs, powersMw, count, this.#limitUs);
    if (this.#count > mostSamples) this.#kept = null;
    this.#kept?.push({
      timeUs: timeUs.slice(0, count),
      powerMw: powersMw.map((column) => Float32Array.from(column.subarray(0, count))),
    });
  }

  async finish(): Promise<void> {}

  /** Intervals of a stretch, of what has been seen by now, about as long as is wanted. */
  part(fromUs: number, toUs: number, wantedUs: number): Envelopes {
    return this.#builder.part(fromUs, toUs, wantedUs, this.#gapLimitUs());
  }

  /** The last sample that has been seen, µs. */
  get lastUs(): number {
    return this.#builder.lastUs;
  }

  /** @param gaps of the summary, µs */
  envelopes(gaps: readonly { readonly startUs: number; readonly endUs: number }[]): Envelopes {
    return this.#builder.envelopes(this.#gapLimitUs(), gaps);
  }

  /** Null where there were too many to keep. */
  samples(): Samples | null {
    if (!this.#kept) return null;
    const timeUs = new Float64Array(this.#count);
    const powerMw = this.#series.map(() => new Float32Array(this.#count));
    let at = 0;
    for (const piece of this.#kept) {
      timeUs.set(piece.timeUs, at);
      for (const [n, column] of piece.powerMw.entries()) powerMw[n]!.set(column, at);
      at += piece.timeUs.length;
    }
    return { timeUs, powerMw };
  }
}
