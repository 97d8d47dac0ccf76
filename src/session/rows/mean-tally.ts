import type { Instrument } from '../../board/board.js';
import { accuracyOf, columnAccuracyJ, isAccuracyLacking } from '../../measure/accuracy/accuracy.js';
import type { AppliedCalibration } from '../../measure/accuracy/applied.js';
import { warningsFor } from '../../measure/doubts/warnings.js';
import type { PowerStatistics } from '../../measure/energy.js';
import type { Wiring } from '../../measure/rail-map.js';
import { boardSummary, type GapSummary, type Measured, type PerComponent } from '../../measure/summary.js';
import { figureOrNull } from '../../measure/uncertainty.js';
import type { RecordingHeader } from '../../stream/recording-header.js';

const usPerS = 1e6;
const mwPerW = 1e3;
const njPerJ = 1e9;
const unknown = { median: null, p99: null, max: null };

/**
 * What rows of means tell: energies as mean × interval, which lie in no gap. Of how many samples they are, how far these lay
 * apart and which powers they reached, is not known any more.
 */
export class MeanTally {
  firstUs: number | null = null;
  lastUs: number | null = null;
  #coveredUs = 0;
  readonly #gaps: GapSummary[] = [];
  /** By component, then by rail. A milliwatt for a microsecond is a nanojoule. */
  readonly #energiesNj: Float64Array;

  constructor(
    readonly board: Instrument,
    readonly wiring: Wiring,
    readonly accuracyShare: number,
    readonly header: RecordingHeader,
    readonly applied: AppliedCalibration | null = null,
  ) {
    this.#energiesNj = new Float64Array(wiring.sums.length + board.rails.length);
  }

  add(
    timeUs: Float64Array,
    intervalUs: Float64Array,
    channels: readonly (Int32Array | undefined)[],
    powerMw: readonly Float64Array[],
    count: number,
  ): void {
    for (let row = 0; row < count; row++) {
      const widthUs = intervalUs[row]!;
      // `time_s` is the middle, rounded down.
      const beginUs = timeUs[row]! - Math.floor(widthUs / 2);
      this.firstUs ??= beginUs;
      if (this.lastUs !== null && beginUs > this.lastUs)
        this.#gaps.push({ start_s: this.lastUs / usPerS, end_s: beginUs / usPerS, cause: 'late' });
      this.lastUs = beginUs + widthUs;
      this.#coveredUs += widthUs;
    }
    const powers = [...powerMw, ...this.board.rails.map(({ power }) => channels[power]!)];
    powers.forEach((column, n) => {
      for (let row = 0; row < count; row++) this.#energiesNj[n]! += column[row]! * intervalUs[row]!;
    });
  }

  measured(): Omit<Measured, 'samples'> & { readonly samples: null } {
    const { wiring, accuracyShare } = this;
    const durationUs = this.firstUs === null ? null : this.lastUs! - this.firstUs;
    const coverage = durationUs ? this.#coveredUs / durationUs : null;
    const none = this.#perComponent(() => null);
    const energies = this.#perComponent((n) => this.#energyJ(n));
    const { startUnixUs } = this.header;
    return {
      board: boardSummary(this.header.board),
      map: wiring.map,
      start_unix_s: startUnixUs === null ? null : startUnixUs / usPerS,
      duration_s: durationUs === null ? null : durationUs / usPerS,
      samples: null,
      sample_rate_hz: null,
      coverage,
      gaps: this.#gaps,
      interval_s: unknown,
      latency_s: null,
      sampling_priority: null,
      freshness: null,
      calibration: this.applied,
      power_w: this.#perComponent((n) => this.#power(n)),
      energy_j: energies,
      energy_uncertainty_j: none,
      uncertainty: {
        accuracy_share: figureOrNull(accuracyShare),
        accuracy_j: this.#perComponent((n) => {
          const energyJ = this.#energyJ(n);
          if (energyJ === null) return null;
          const accuracy = accuracyOf(this.board, wiring, this.applied);
          const energyOf = (column: number): number => this.#energyJ(column)!;
          return figureOrNull(
            columnAccuracyJ(accuracy, n, energyOf, this.#coveredUs / usPerS, accuracyShare),
          );
        }),
        gaps_j: none,
        edges_j: none,
      },
      rails: Object.fromEntries(
        wiring.railNames.map((name, rail) => {
          const n = wiring.sums.length + rail;
          return [name, { power_w: this.#power(n), energy_j: this.#energyJ(n) }];
        }),
      ),
      wires: [],
      warnings: warningsFor({
        samples: Number.POSITIVE_INFINITY, // how few there were is not known
        coverage,
        faults: new Map(),
        drift: null,
        deviceClock: null,
        end: null,
        unlistedGaps: 0,
        outerSilenceS: 0,
        waiting: null,
        freshness: null,
        intervalS: null,
        boardFaults: [],
        wireAlarms: [],
        totals: [],
        noAccuracy: isAccuracyLacking(accuracyShare, this.board, this.applied),
        unprovenFirmware: null,
        noCalibration: false,
      }),
    };
  }

  #energyJ(n: number): number | null {
    return this.#coveredUs > 0 ? this.#energiesNj[n]! / njPerJ : null;
  }

  /** The mean is that of the time that was measured. */
  #power(n: number): PowerStatistics {
    const mean = this.#coveredUs > 0 ? this.#energiesNj[n]! / this.#coveredUs / mwPerW : null;
    return { mean, min: null, max: null, p50: null, p95: null, p99: null };
  }

  #perComponent<Value>(value: (n: number) => Value): PerComponent<Value> {
    return Object.fromEntries(this.wiring.sums.map(({ name }, n) => [name, value(n)]));
  }
}
