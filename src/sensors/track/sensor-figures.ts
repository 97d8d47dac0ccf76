import { Engine } from '../../engine/engine.js';
import { type PowerStatistics, PowerTable } from '../../measure/energy.js';
import { gapLimitUs, SpacingWatch } from '../../measure/gaps.js';
import { Histogram } from '../../measure/histogram.js';
import { distribution } from '../../measure/latencies.js';
import type { SensorSummary } from '../../measure/tracks/sensor-summary.js';
import type { SensorBlock, SensorColumn } from '../sensor.js';
import { CounterFigures, type Joules, leastCoverage, missingText, tooFew } from './counter-figures.js';
import { FreshnessWatch } from './freshness.js';

/** What a sensor's readings come to; keys are the summary's. */
type SensorFigureParts = Pick<
  SensorSummary,
  | 'samples'
  | 'sample_rate_hz'
  | 'coverage'
  | 'gaps'
  | 'interval_s'
  | 'latency_s'
  | 'freshness'
  | 'power_w'
  | 'energy_j'
  | 'energy_reasons'
>;

const usPerS = 1e6;

interface PowerColumn {
  readonly column: number;
  readonly table: PowerTable;
  /** Of a power that is read: when it gave something. One card of several may be gone while the others are read. */
  readonly spacings: SpacingWatch | null;
}

/** Measures what a sensor said, in memory that does not grow. */
export class SensorFigures {
  /** The row at hand. */
  readonly #row: Float64Array;
  /** Of each column the last value since it was there at all; NaN before. */
  readonly #last: Float64Array;
  readonly #columns: readonly SensorColumn[];
  readonly #powers: readonly PowerColumn[];
  readonly #counters = new Map<number, CounterFigures>();
  readonly #spacings: SpacingWatch;
  readonly #latencies: Histogram;
  readonly #freshness: FreshnessWatch;
  /** Instants at which it had nothing, µs. */
  readonly #empty: number[] = [];
  readonly #single = new Float64Array(1);
  readonly #mw = new Float64Array(1);

  constructor(columns: readonly SensorColumn[]) {
    const engine = new Engine();
    this.#columns = columns;
    this.#row = new Float64Array(columns.length);
    this.#last = new Float64Array(columns.length).fill(Number.NaN);
    this.#powers = columns.flatMap(({ quantity, meanOf }, column) => {
      const spacings = meanOf === undefined ? new SpacingWatch(engine, 0) : null;
      return quantity === 'power' ? [{ column, table: new PowerTable(engine, 1), spacings }] : [];
    });
    this.#spacings = new SpacingWatch(engine, 0);
    this.#latencies = new Histogram(engine);
    this.#freshness = new FreshnessWatch(columns);
  }

  get samples(): number {
    return this.#spacings.samples;
  }

  /** The last reading's instant, µs; null before the first. */
  get lastUs(): number | null {
    return this.#spacings.lastUs;
  }

  /** A column's latest value; null where it gives nothing now. */
  lastOf(column: number): number | null {
    const value = this.#last[column] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  }

  add({ count, earliestNs, latestNs, values }: SensorBlock): void {
    for (let row = 0; row < count; row++) {
      const us = Math.round((earliestNs[row]! + latestNs[row]!) / 2000);
      let isEmpty = true;
      for (let n = 0; n < values.length; n++) {
        const value = values[n]![row]!;
        this.#row[n] = value;
        if (Number.isNaN(value)) continue;
        this.#last[n] = value;
        isEmpty = false;
      }
      if (isEmpty) {
        this.#last.fill(Number.NaN);
        this.#empty.push(us);
        continue;
      }
      this.#single[0] = us;
      this.#spacings.add(this.#single, [], 1);
      this.#latencies.add(Math.round((latestNs[row]! - earliestNs[row]!) / 1000));
      this.#freshness.add(us, values, row);
      this.#addPowers(us);
      this.#addCounters(us);
    }
  }

  #addPowers(us: number): void {
    for (const { column, table, spacings } of this.#powers) {
      const watts = this.#row[column]!;
      if (Number.isNaN(watts)) continue;
      this.#single[0] = us;
      spacings?.add(this.#single, [], 1);
      this.#mw[0] = Math.round(watts * 1000);
      table.add(this.#single, [this.#mw], 1);
    }
  }

  #addCounters(us: number): void {
    for (const [n, { quantity }] of this.#columns.entries()) {
      const joules = this.#row[n]!;
      if (quantity !== 'energy' || Number.isNaN(joules)) continue;
      const known = this.#counters.get(n);
      if (known) known.add(us, joules);
      else this.#counters.set(n, new CounterFigures(us, joules));
    }
  }

  /** @param endUs the recording's end, where it is known */
  parts(endUs: number | null): SensorFigureParts {
    const gaps = gapsOf(this.#spacings, endUs);
    const { spacingsUs, firstUs, lastUs, samples } = this.#spacings;
    const spannedUs = (lastUs ?? 0) - (firstUs ?? 0);
    return {
      samples,
      sample_rate_hz: samples < 2 || spannedUs <= 0 ? null : (samples - 1) / (spannedUs / 1e6),
      coverage: coverageOf(this.#spacings, gaps, endUs),
      gaps: gaps.map(({ startUs, endUs }) => ({
        start_s: startUs / 1e6,
        end_s: endUs / 1e6,
        cause: this.#empty.some((us) => us >= startUs && us <= endUs) ? 'away' : 'late',
      })),
      interval_s: distribution(spacingsUs, usPerS),
      latency_s: (this.#latencies.max ?? 0) === 0 ? null : distribution(this.#latencies, usPerS),
      freshness: this.#freshness.freshness(spacingsUs.quantile(0.5)),
      power_w: Object.fromEntries(
        this.#powers.map(({ column, table }) => [
          this.#columns[column]!.name,
          this.#statistics(this.#columns[column]!, table),
        ]),
      ),
      ...this.#energies(endUs),
    };
  }

  /** A power that is the mean between two changes of a counter has the counter's mean. */
  #statistics({ meanOf }: SensorColumn, table: PowerTable): PowerStatistics {
    const statistics = table.series[0]!.statistics();
    if (meanOf === undefined) return statistics;
    const counter = this.#counters.get(this.#columns.findIndex(({ name }) => name === meanOf));
    return { ...statistics, mean: counter?.meanW ?? null };
  }

  #energies(endUs: number | null): Pick<SensorSummary, 'energy_j' | 'energy_reasons'> {
    const energies: Record<string, number | null> = {};
    const reasons: Record<string, string> = {};
    for (const [n, { name, quantity, meanOf }] of this.#columns.entries()) {
      if ((quantity !== 'power' && quantity !== 'energy') || meanOf !== undefined) continue;
      const [joules, reason] =
        quantity === 'energy'
          ? (this.#counters.get(n)?.energyJ(endUs) ?? tooFew)
          : this.#integrated(n, endUs);
      energies[name] = joules;
      if (reason !== null) reasons[name] = reason;
    }
    return { energy_j: energies, energy_reasons: reasons };
  }

  #integrated(column: number, endUs: number | null): Joules {
    const { table, spacings } = this.#powers.find((each) => each.column === column)!;
    const { energyJ } = table.series[0]!;
    if (energyJ === null || spacings === null) return tooFew;
    const coverage = coverageOf(spacings, gapsOf(spacings, endUs), endUs) ?? 0;
    if (coverage < leastCoverage) return [null, missingText(coverage)];
    return [energyJ, null];
  }
}

/** Where nothing was read for long, in order. @param endUs the recording's end, where it is known */
function gapsOf(spacings: SpacingWatch, endUs: number | null): { startUs: number; endUs: number }[] {
  spacings.finish();
  const { candidates, spacingsUs, firstUs, lastUs } = spacings;
  const limitUs = gapLimitUs(spacingsUs.quantile(0.5));
  const spans = candidates.map(({ startUs, endUs }) => ({ startUs, endUs }));
  if (firstUs !== null) spans.push({ startUs: 0, endUs: firstUs });
  if (endUs !== null) spans.push({ startUs: lastUs ?? 0, endUs });
  return spans.filter((span) => span.endUs - span.startUs > limitUs).sort((a, b) => a.startUs - b.startUs);
}

/** The share of the time that lies in none of the gaps; null where there was no time. */
function coverageOf(
  { samples, lastUs }: SpacingWatch,
  gaps: readonly { readonly startUs: number; readonly endUs: number }[],
  endUs: number | null,
): number | null {
  const durationUs = Math.max(endUs ?? 0, lastUs ?? 0);
  if (durationUs <= 0) return null;
  const gapsUs = gaps.reduce((sum, { startUs, endUs }) => sum + (endUs - startUs), 0);
  return samples === 0 ? 0 : Math.max(0, 1 - gapsUs / durationUs);
}
