import { type Envelopes, intervalsIn, Pyramid, type Samples } from '../draw/envelope.js';
import { EnvelopeBuilder } from '../draw/envelope-builder.js';
import type { PageExcursion, PageFlag, PageHistogram } from '../draw/page-data.js';
import type { TimeSpan } from '../measure/tracks/cover.js';
import { samplingJ } from '../measure/uncertainty.js';
import type { Sink } from '../sink/sink.js';
import type { SampleBlock } from '../stream/sample-block.js';
import { ExcursionFinder } from './picture/excursions.js';
import { stepsOf } from './picture/mean-steps.js';
import { PowerHistogram } from './picture/power-histogram.js';
import { Remarks } from './picture/remarks.js';
import { RiseFinder } from './picture/rise.js';
import type { Series } from './series.js';

/** Up to as many samples are kept as they are: ten minutes at 1 kHz. */
const mostSamples = 600_000;
/** Intervals that are kept: of many series fewer, so that what pictures take stays below 70 MB. */
const intervalsOf = (series: number): number => (series > 16 ? 131_072 : 262_144);
/** So many tell how long means are: the first and the last may be shorter. */
const firstMeans = 64;
/** How often the limit of gaps is asked for anew, samples. */
const limitEvery = 65_536;

/** What pictures of a recording are made of. */
export interface Picture {
  readonly envelopes: Envelopes;
  /** Null where they are too many to keep. */
  readonly samples: Samples | null;
  /** First and last sample, µs; null without any. */
  readonly reach: { readonly firstUs: number; readonly lastUs: number } | null;
  /** By series, what the sampling leaves open of the whole energy, J. */
  readonly samplingJ: readonly number[];
  /** Of the components, the largest first. */
  readonly excursions: readonly PageExcursion[];
  readonly histograms: readonly PageHistogram[];
  readonly flags: readonly PageFlag[];
  /** Of means, how long the longest of the first ones is, µs; null of samples. */
  readonly meansUs: number | null;
  /** Between means, µs; none of samples. */
  readonly gapsOfMeans: readonly TimeSpan[];
  /** The first sample behind the steepest rise of the first series, µs; null where it never rose. */
  readonly riseUs: number | null;
}

/** Sees a recording's samples, or means of intervals, and keeps what pictures of it are made of. */
export class PictureSink implements Sink {
  readonly #series: readonly Series[];
  readonly #components: readonly Series[];
  readonly #gapLimitUs: () => number;
  readonly #builder: EnvelopeBuilder;
  readonly #excursions: ExcursionFinder;
  readonly #histograms: readonly PowerHistogram[];
  readonly #rise = new RiseFinder();
  readonly #remarks = new Remarks();
  #meansUs: number | null = null;
  readonly #gapsOfMeans: TimeSpan[] = [];
  /** Of all, once that is seen. */
  #whole: Pyramid | null = null;
  #limitUs = 0;
  #count = 0;
  #firstUs = Number.NaN;
  #kept: { timeUs: Float64Array; powerMw: Float32Array[] }[] | null = [];

  /** @param gapLimitUs as it is known when it is asked for; null of means, between which there is a gap or nothing */
  constructor(series: readonly Series[], gapLimitUs: (() => number) | null) {
    this.#series = series;
    this.#components = series.filter(({ kind }) => kind === 'component');
    this.#gapLimitUs = gapLimitUs ?? (() => 0);
    this.#builder = new EnvelopeBuilder(series.length, {
      most: intervalsOf(series.length),
      energyInGaps: gapLimitUs !== null,
    });
    this.#excursions = new ExcursionFinder(this.#components.map(({ name }) => name));
    this.#histograms = this.#components.map(() => new PowerHistogram());
  }

  begin(): void {}

  write(block: SampleBlock): void {
    for (const event of block.events) this.#remarks.take(event);
    const { count, timeUs, intervalUs } = block;
    if (count === 0) return;
    const powersMw = this.#series.map((series) => series.of(block));
    const componentsMw = powersMw.slice(0, this.#components.length);
    const before = Math.floor(this.#count / limitEvery);
    if (this.#limitUs === 0 || Math.floor((this.#count + count) / limitEvery) > before)
      this.#limitUs = this.#gapLimitUs();
    this.#excursions.add(timeUs, componentsMw, count, {
      intervalUs: intervalUs ?? null,
      gapLimitUs: this.#limitUs,
    });
    this.#rise.add(timeUs, powersMw[0]!, count);
    this.#histograms.forEach((histogram, n) => {
      histogram.add(componentsMw[n]!, count);
    });
    if (intervalUs) {
      this.#meansUs ??= intervalUs.subarray(0, Math.min(count, firstMeans)).reduce((a, b) => Math.max(a, b));
      for (const { timeUs: stepsUs, powersMw: stepsMw, isBehindGap } of stepsOf(
        { timeUs, intervalUs, count },
        powersMw,
        this.#builder.lastUs,
      )) {
        if (isBehindGap && this.#count > 0)
          this.#gapsOfMeans.push({ startUs: this.#builder.lastUs, endUs: stepsUs[0]! });
        this.#add(stepsUs, stepsMw, stepsUs.length, isBehindGap ? 0 : Number.POSITIVE_INFINITY);
      }
    } else this.#add(timeUs, powersMw, count, this.#limitUs);
  }

  async finish(): Promise<void> {}

  /** Intervals of a stretch, of what has been seen by now, about as long as is wanted. */
  part(fromUs: number, toUs: number, wantedUs: number): Envelopes {
    if (this.#whole) return intervalsIn(this.#whole.levelFor(wantedUs), fromUs, toUs);
    return this.#builder.part(fromUs, toUs, wantedUs, this.#gapLimitUs());
  }

  /** The last sample that has been seen, µs. */
  get lastUs(): number {
    return this.#builder.lastUs;
  }

  /** When all is seen. @param gaps of the summary, µs */
  picture(gaps: readonly TimeSpan[]): Picture {
    const limitUs = this.#gapLimitUs();
    const envelopes = this.#builder.finish(limitUs, gaps);
    this.#whole = new Pyramid(envelopes);
    return {
      envelopes,
      samples: this.#samples(),
      reach: this.#count === 0 ? null : { firstUs: this.#firstUs, lastUs: this.#builder.lastUs },
      samplingJ: this.#builder.stepSquares(limitUs).map(samplingJ),
      excursions: this.#excursions.finish(),
      histograms: this.#histograms.flatMap((each, n) => each.of(this.#components[n]!.name) ?? []),
      flags: this.#remarks.flags,
      ...{ meansUs: this.#meansUs, gapsOfMeans: this.#gapsOfMeans },
      riseUs: this.#rise.atUs,
    };
  }

  #add(
    timeUs: Float64Array,
    powersMw: readonly (Int32Array | Float64Array)[],
    count: number,
    gapLimitUs: number,
  ): void {
    if (this.#count === 0) this.#firstUs = timeUs[0]!;
    this.#count += count;
    this.#builder.add(timeUs, powersMw, count, gapLimitUs);
    if (this.#count > mostSamples) this.#kept = null;
    this.#kept?.push({
      timeUs: timeUs.slice(0, count),
      powerMw: powersMw.map((column) => new Float32Array(column.subarray(0, count))),
    });
  }

  #samples(): Samples | null {
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
