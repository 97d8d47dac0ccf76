import type { Instrument } from '../../board/board.js';
import type { Wiring } from '../rail-map.js';
import type { Freshness } from '../tracks/sensor-summary.js';
import { fewestSpacings, type Update, updateOf } from './period.js';
import { type Instants, RailChanges } from './rail-changes.js';

/** How often what a board reads is new, which a sample does not show: a board that is asked more often repeats itself. */
export interface BoardFreshness extends Freshness {
  /** Of `update_s`, at 95 %; null where that is. */
  readonly update_uncertainty_s: number | null;
  /** Where `update_s` is not known: it is on average no longer than this. Null where nothing ever changed. */
  readonly no_slower_than_s: number | null;
  /** By rail. */
  readonly rails: Readonly<Record<string, RailFreshness>>;
}

interface RailFreshness {
  readonly update_s: number | null;
  readonly no_slower_than_s: number | null;
  /** Of its samples, how many repeat the one before: voltage, current and power. */
  readonly repeated_share: number | null;
}

/** Nothing is said of updates closer than so many samples, since nearly each sample is a new one then. */
const fewestSamples = 2.5;
/** What changes more seldom than this may as well be a load that does, µs. */
const slowestUs = 0.5e6;
/** A spacing longer than so many usual ones does not say when something changed. */
const widestSpacings = 2.5;
/** What is usual follows each spacing by this much. */
const pace = 1.02;

interface RailFound {
  /** Changes. */
  readonly count: number;
  readonly update: Update | null;
  /** Nearly every sample is a new one. */
  readonly isTooFast: boolean;
}

/**
 * The median of the rails that show one. Null where more rails are too fast to, and where most of the changes keep to none: rails
 * that have little noise change by chance, and some chance looks like an interval.
 */
function commonUpdate(found: readonly RailFound[]): Update | null {
  const [fast, slow] = [true, false].map((which) => found.filter(({ isTooFast }) => isTooFast === which));
  const telling = slow!.filter(({ update }) => update !== null);
  const changes = (rails: readonly RailFound[]) => rails.reduce((sum, { count }) => sum + count, 0);
  if (telling.length < fast!.length || 2 * changes(telling) < changes(slow!)) return null;
  const updates = telling.map(({ update }) => update!).sort((a, b) => a.intervalUs - b.intervalUs);
  return updates[updates.length >> 1] ?? null;
}

/** Watches how often each rail changes, in memory that does not grow. */
export class FreshnessTable {
  readonly #rails: readonly RailChanges[];
  #samples = 0;
  #lastUs = 0;
  #usualUs = 0;
  /** Samples close to the one before, the time between those, and how many of them differ in some rail. */
  #pairs = 0;
  #watchedUs = 0;
  #changes = 0;
  #instants = { betweenHalfUs: new Float64Array(0), changed: new Uint8Array(0) };

  constructor(
    readonly board: Instrument,
    readonly wiring: Wiring,
  ) {
    this.#rails = board.rails.map(() => new RailChanges());
  }

  /** Rails of which the power alone is known count by that. */
  add(timeUs: Float64Array, channels: readonly (Int32Array | undefined)[], count: number): void {
    const from = this.#samples === 0 ? 1 : 0;
    const instants = this.#instantsOf(timeUs, from, count);
    this.board.rails.forEach(({ voltage, current, power }, n) => {
      const powers = channels[power];
      if (count === 0 || !powers) return;
      const [volts, amperes] = [channels[voltage] ?? powers, channels[current] ?? powers];
      this.#rails[n]!.add(volts, amperes, powers, from, count, instants);
    });
    for (let row = from; row < count; row++)
      if (instants.changed[row] === 1 && instants.betweenHalfUs[row]! > 0) this.#changes++;
  }

  /**
   * As it is known by now; null where no rails are.
   * @param samplingUs between two samples, typically; null before there are two
   */
  freshness(samplingUs: number | null): BoardFreshness | null {
    if (this.#rails.length === 0) return null;
    const found = this.#rails.map((rail) => this.#railOf(rail, samplingUs ?? 0));
    const rails = Object.fromEntries(
      found.map(({ update, count }, n): [string, RailFreshness] => [
        this.wiring.railNames[n]!,
        { ...this.#told(update, count), repeated_share: this.#repeated(count) },
      ]),
    );
    const most = Math.max(0, ...this.#rails.map(({ count }) => count));
    const update = commonUpdate(found);
    const { update_s, no_slower_than_s } = this.#told(update, most);
    return {
      update_s,
      update_uncertainty_s: update && update.uncertaintyUs / 1e6,
      no_slower_than_s,
      repeated_share: this.#repeated(this.#changes),
      ...(update ? {} : { reason: this.#reason(most, samplingUs ?? 0) }),
      rails,
    };
  }

  #railOf({ spacings, count }: RailChanges, samplingUs: number): RailFound {
    const update = samplingUs > 0 ? updateOf(spacings, samplingUs) : null;
    const isTold =
      update && update.intervalUs >= fewestSamples * samplingUs && update.intervalUs <= slowestUs;
    return {
      count,
      update: isTold ? update : null,
      isTooFast: !isTold && this.#isTooFast(count, samplingUs),
    };
  }

  /** Each change is an update, whatever else was one: so they are no further apart than the changes, on average. */
  #told(update: Update | null, changes: number) {
    return {
      update_s: update && update.intervalUs / 1e6,
      no_slower_than_s: update || changes === 0 ? null : this.#watchedUs / changes / 1e6,
    };
  }

  #repeated = (changes: number): number | null => (this.#pairs === 0 ? null : 1 - changes / this.#pairs);

  #isTooFast = (changes: number, samplingUs: number): boolean =>
    changes > 0 && this.#watchedUs / changes < (fewestSamples + 0.5) * samplingUs;

  #reason(changes: number, samplingUs: number): string {
    if (changes === 0) return 'no rail ever changed';
    if (this.#isTooFast(changes, samplingUs)) return 'fewer than three samples lie between two changes';
    if (changes <= fewestSpacings || this.#watchedUs / changes > slowestUs)
      return 'the rails changed too seldom to tell how often they can';
    return 'the rails changed at no interval that could be told';
  }

  #instantsOf(timeUs: Float64Array, from: number, count: number): Instants {
    if (count > this.#instants.changed.length)
      this.#instants = { betweenHalfUs: new Float64Array(count), changed: new Uint8Array(count) };
    const { betweenHalfUs, changed } = this.#instants;
    changed.fill(0, 0, count);
    let lastUs = from === 0 ? this.#lastUs : (timeUs[0] ?? 0);
    let usualUs = this.#usualUs;
    for (let row = from; row < count; row++) {
      const us = timeUs[row]!;
      const spacing = us - lastUs;
      if (usualUs === 0) usualUs = spacing;
      const isClose = spacing <= widestSpacings * usualUs;
      betweenHalfUs[row] = isClose ? us + lastUs : Number.NaN;
      if (isClose) {
        this.#pairs++;
        this.#watchedUs += spacing;
      }
      usualUs = spacing > usualUs ? usualUs * pace : usualUs / pace;
      lastUs = us;
    }
    this.#usualUs = usualUs;
    this.#lastUs = lastUs;
    this.#samples += count;
    return this.#instants;
  }
}
