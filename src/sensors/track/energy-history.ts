import type { Span } from '../../trace/span.js';
import type { SensorColumn } from '../sensor.js';

/** Fewer true readings than this within spans say nothing of its joules. */
const fewestReadings = 5;
/** A spacing longer than so many of the usual ones, and than this share of what is asked for, is a gap of which nothing is said. */
const gapSpacings = 5;
const gapShare = 0.1;
/** Rows that are kept; beyond, every other goes. */
const mostRows = 1 << 19;

/** One column's joules since the recording began. */
interface Sum {
  readonly column: number;
  readonly name: string;
  readonly isCounter: boolean;
  timesUs: Float64Array;
  joules: Float64Array;
  count: number;
  lastValue: number;
  /** What says how a counter's joules lie between two readings. */
  shape: Sum | undefined;
  /** Instants at which a counter began again. */
  readonly resetsUs: number[];
}

/** Remembers how a sensor's joules grew, so that any span of them can be asked for afterwards. */
export class EnergyHistory {
  readonly #sums: readonly Sum[];

  constructor(columns: readonly SensorColumn[]) {
    this.#sums = columns.flatMap(({ name, quantity, meanOf }, column): Sum[] =>
      quantity === 'energy' || (quantity === 'power' && !meanOf)
        ? [
            {
              ...{
                column,
                name,
                isCounter: quantity === 'energy',
                count: 0,
                lastValue: Number.NaN,
                shape: undefined,
              },
              ...{ timesUs: new Float64Array(256), joules: new Float64Array(256), resetsUs: [] },
            },
          ]
        : [],
    );
    for (const sum of this.#sums) {
      const { shape } = columns[sum.column]!;
      sum.shape = this.#sums.find(({ name }) => name === shape);
    }
  }

  add(timeUs: number, values: readonly Float64Array[], row: number): void {
    for (const sum of this.#sums) {
      const value = values[sum.column]![row]!;
      if (Number.isNaN(value)) continue;
      if (sum.isCounter) this.#count(sum, timeUs, value);
      else this.#integrate(sum, timeUs, value);
    }
  }

  /** Between two true readings of the column that changes least often, ms; counters that are read seldom and at the end aside. */
  get spacingMs(): number {
    const spacings = this.#sums
      .filter(({ count, shape }) => count > 1 && !shape)
      .map(({ timesUs, count }) => (timesUs[count - 1]! - timesUs[0]!) / (count - 1) / 1000);
    return Math.max(0, ...spacings);
  }

  /** Joules of the spans together, by column; null where too little was read to say. */
  energyJ(spans: readonly Pick<Span, 'startNs' | 'endNs'>[]): Record<string, number | null> {
    return Object.fromEntries(this.#sums.map((sum) => [sum.name, energyOf(sum, spans)]));
  }

  /** Only where it changed: a counter that repeats itself has not yet said what was used meanwhile. */
  #count(sum: Sum, timeUs: number, value: number): void {
    if (value === sum.lastValue) return;
    if (value < sum.lastValue) sum.resetsUs.push(timeUs);
    sum.lastValue = value;
    push(sum, timeUs, value);
  }

  #integrate(sum: Sum, timeUs: number, value: number): void {
    const last = sum.count - 1;
    const addedJ = last < 0 ? 0 : (((sum.lastValue + value) / 2) * (timeUs - sum.timesUs[last]!)) / 1e6;
    sum.lastValue = value;
    push(sum, timeUs, last < 0 ? 0 : sum.joules[last]! + addedJ);
  }
}

function push(sum: Sum, timeUs: number, joules: number): void {
  if (sum.count === mostRows) {
    for (let n = 0; n < mostRows / 2; n++) {
      sum.timesUs[n] = sum.timesUs[2 * n + 1]!;
      sum.joules[n] = sum.joules[2 * n + 1]!;
    }
    sum.count = mostRows / 2;
  }
  if (sum.count === sum.timesUs.length) {
    sum.timesUs = doubled(sum.timesUs);
    sum.joules = doubled(sum.joules);
  }
  sum.timesUs[sum.count] = timeUs;
  sum.joules[sum.count] = joules;
  sum.count++;
}

function doubled(column: Float64Array): Float64Array {
  const larger = new Float64Array(2 * column.length);
  larger.set(column);
  return larger;
}

function energyOf(sum: Sum, spans: readonly Pick<Span, 'startNs' | 'endNs'>[]): number | null {
  const { timesUs, count, resetsUs, shape } = sum;
  if (count < 2) return null;
  const askedUs = spans.reduce((sum, { startNs, endNs }) => sum + (endNs - startNs) / 1000, 0);
  const usualUs = (timesUs[count - 1]! - timesUs[0]!) / (count - 1);
  const limitUs = Math.max(gapSpacings * usualUs, gapShare * askedUs);
  const isGap = (n: number): boolean => timesUs[n]! - timesUs[n - 1]! > limitUs;
  let joules = 0;
  let readings = 0;
  for (const { startNs, endNs } of spans) {
    const [startUs, endUs] = [startNs / 1000, endNs / 1000];
    const [from, to] = [firstBehind(sum, startUs), firstBehind(sum, endUs)];
    // Both ends lie between two readings.
    if (from === 0 || to === count) return null;
    const spanned = { startUs: timesUs[from - 1]!, endUs: timesUs[to]! };
    if (resetsUs.some((us) => us > spanned.startUs && us <= spanned.endUs)) return null;
    // A counter counts on where nobody looks, so that of it the ends alone matter.
    if (isGap(from) || isGap(to)) return null;
    for (let n = from + 1; n < to && !sum.isCounter; n++) if (isGap(n)) return null;
    joules += at(sum, endUs, to) - at(sum, startUs, from);
    readings += to - from;
  }
  // Of a counter that is read seldom the ends tell, and between them the power does.
  const isKnown = readings >= fewestReadings || (shape !== undefined && energyOf(shape, spans) !== null);
  return isKnown ? joules : null;
}

/** Joules at an instant that lies in the spacing before reading `n`. */
function at({ timesUs, joules, shape }: Sum, us: number, n: number): number {
  const [a, b] = [timesUs[n - 1]!, timesUs[n]!];
  const share = b > a ? ((shape && shareOf(shape, a, us, b)) ?? (us - a) / (b - a)) : 1;
  return joules[n - 1]! + share * (joules[n]! - joules[n - 1]!);
}

/** Of a power's joules between `a` and `b`, the share up to `us`; null where it was read too seldom there to say more than a line. */
function shareOf(power: Sum, a: number, us: number, b: number): number | null {
  const [from, to] = [firstBehind(power, a), firstBehind(power, b)];
  if (from === 0 || to === power.count || to - from < fewestReadings) return null;
  const longestUs = (gapSpacings * (b - a)) / (to - from);
  for (let n = from; n <= to; n++) if (power.timesUs[n]! - power.timesUs[n - 1]! > longestUs) return null;
  const startJ = at(power, a, from);
  const wholeJ = at(power, b, to) - startJ;
  return wholeJ > 0 ? (at(power, us, firstBehind(power, us)) - startJ) / wholeJ : null;
}

/** The first reading later than `us`. */
function firstBehind({ timesUs, count }: Sum, us: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timesUs[middle]! > us) high = middle;
    else low = middle + 1;
  }
  return low;
}
