import type { Instrument } from '../board/board.js';
import { isNewerThanKnown } from '../board/catalogue.js';
import { Engine } from '../engine/engine.js';
import type { EndReason } from '../stream/event.js';
import type { BoardIdentity, RecordingHeader } from '../stream/recording-header.js';
import type { SampleBlock } from '../stream/sample-block.js';
import { BoardFaultTally } from './doubts/board-faults.js';
import { ClockDriftWatch } from './doubts/clock-drift.js';
import { FaultLog } from './doubts/gap-causes.js';
import { TotalsCheck } from './doubts/totals.js';
import { waitingOf } from './doubts/waiting.js';
import { warningsFor } from './doubts/warnings.js';
import { type PowerSeries, PowerTable } from './energy.js';
import { type Candidate, gapLimitUs, SpacingWatch } from './gaps.js';
import { distribution, Latencies } from './latencies.js';
import type { PartFacts } from './part-facts.js';
import type { Progress } from './progress.js';
import type { Wiring } from './rail-map.js';
import { FirstAndLast, recordingBudgets } from './recording-budget.js';
import { boardSummary, type Measured, type PerComponent } from './summary.js';
import { extentOf, outerSilences, type TrackReach } from './tracks/reach.js';
import { type Budget, combinedJ, figureOrNull, type PowersAround, stepsJ } from './uncertainty.js';
import { defaultWireLimits, type WireLimits } from './wires/limits.js';
import { WireTable } from './wires/wire-table.js';

const usPerS = 1e6;

/**
 * A sink that measures: what it was given comes out as the figures of a summary, the same for the same samples
 * however they are cut into blocks, in memory that does not grow. The powers of every rail must be decoded.
 */
export class SummaryCollector {
  readonly #powers: PowerTable;
  readonly #components: readonly PowerSeries[];
  readonly #rails: readonly PowerSeries[];
  readonly #spacings: SpacingWatch;
  readonly #latencies: Latencies;
  readonly #totals: TotalsCheck;
  readonly #wires: WireTable;
  readonly #faults = new FaultLog();
  readonly #boardFaults: BoardFaultTally;
  #drift: ClockDriftWatch | undefined;
  #header: RecordingHeader | undefined;
  #end: { readonly atUs: number; readonly reason: EndReason } | undefined;
  readonly #firstAndLast = new FirstAndLast();

  /** @param accuracyShare Of a power reading, at 95 %: 0.03; NaN where it is not known. */
  constructor(
    readonly board: Instrument,
    readonly wiring: Wiring,
    readonly accuracyShare: number,
    wireLimits: WireLimits = defaultWireLimits,
  ) {
    const components = wiring.sums.length;
    const engine = new Engine();
    this.#powers = new PowerTable(engine, components + board.rails.length);
    this.#components = this.#powers.series.slice(0, components);
    this.#rails = this.#powers.series.slice(components);
    this.#spacings = new SpacingWatch(engine, components);
    this.#latencies = new Latencies(engine);
    this.#boardFaults = new BoardFaultTally(board);
    this.#wires = new WireTable(board, wiring, wireLimits);
    this.#totals = new TotalsCheck(board);
  }

  begin(header: RecordingHeader): void {
    this.#header = header;
    if (header.startUnixUs !== null) this.#drift = new ClockDriftWatch(header.startUnixUs);
  }

  write(block: SampleBlock): void {
    const { count, timeUs, channels, powerMw } = block;
    this.#spacings.add(timeUs, powerMw, count);
    const railPowersMw = this.board.rails.map(({ name, power }) => {
      const column = channels[power];
      if (!column) throw new Error(`power of rail ${name} was not decoded`);
      return column;
    });
    this.#powers.add(timeUs, [...powerMw, ...railPowersMw], count);
    this.#wires.add(timeUs, channels, count);
    this.#totals.add(timeUs, channels, count);
    this.#firstAndLast.keep(block);
    if (this.#header?.timing === 'round-trip') this.#latencies.add(block);
    for (const event of block.events) {
      if (event.type === 'fault') {
        if (event.kind === 'suspend') this.#spacings.sleep(event.startNs / 1000, event.endNs / 1000);
        this.#faults.add(event, this.#spacings);
      } else if (event.type === 'clock') this.#drift?.add(event.atNs, event.unixUs);
      else if (event.type === 'board-fault') this.#boardFaults.add(event);
      else if (event.type === 'end') this.#end = { atUs: event.atNs / 1000, reason: event.reason };
    }
  }

  async finish(): Promise<void> {
    this.#spacings.finish();
  }

  progress(): Progress {
    return {
      samples: this.#spacings.samples,
      lastUs: this.#spacings.lastUs,
      powerMw: this.#components.map((series) => series.lastMw),
      energyJ: this.#components.map((series) => series.energyJ),
      railEnergyJ: this.#rails.map((series) => series.energyJ),
      gaps: this.#spacings.spacingsUs.above(this.gapLimitUs).count,
    };
  }

  /** The figures so far; of the whole recording after `finish`. */
  measured(): Measured {
    if (!this.#header) throw new Error('nothing was begun');
    const { samples, spacingsUs } = this.#spacings;
    const limitUs = this.gapLimitUs;
    const { reach } = this;
    const outer = outerSilences(reach, this.#spacings.leading, this.#end?.atUs ?? reach.lastUs ?? 0, limitUs);
    this.#faults.settle(this.#spacings, outer);
    const inner = this.#spacings.candidates
      .filter((gap) => length(gap) > limitUs || gap.slept)
      .sort((a, b) => a.startUs - b.startUs);
    const beyond = spacingsUs.above(limitUs);
    const long = inner.filter((gap) => length(gap) > limitUs).length;
    const unlisted = this.#spacings.isFull ? Math.max(0, beyond.count - long) : 0;
    const listedUs = total(inner.map(length));
    const innerUs = unlisted > 0 ? Math.max(beyond.sum, listedUs) : listedUs;
    const outerUs = total(outer.map(length));
    const extent = extentOf(reach, outer);
    const durationUs = extent ? extent.endUs - extent.startUs : 0;
    const coverage = durationUs > 0 ? Math.max(0, 1 - (innerUs + outerUs) / durationUs) : null;
    const gaps = [...outer, ...inner].sort((a, b) => a.startUs - b.startUs);

    return {
      board: boardSummary(this.#header.board),
      map: this.wiring.map,
      start_unix_s: this.#header.startUnixUs === null ? null : this.#header.startUnixUs / usPerS,
      duration_s: extent ? durationUs / usPerS : null,
      samples,
      sample_rate_hz: samples > 1 && durationUs > 0 ? (samples - 1) / (durationUs / usPerS) : null,
      coverage,
      gaps: gaps.map(({ startUs, endUs, cause }) => ({
        start_s: startUs / usPerS,
        end_s: endUs / usPerS,
        cause,
      })),
      interval_s: distribution(spacingsUs, usPerS),
      latency_s: this.#header.timing === 'round-trip' ? this.#latencies.distribution : null,
      sampling_priority: this.#header.samplingPriority ?? null,
      power_w: this.#perComponent((series) => series.statistics()),
      energy_j: this.#perComponent((series) => series.energyJ),
      ...this.#uncertainty(inner, unlisted > 0 ? innerUs - listedUs : 0),
      rails: Object.fromEntries(
        this.#rails.map((series, n) => [
          this.wiring.railNames[n]!,
          { power_w: series.statistics(), energy_j: series.energyJ, ...this.#wires.sumOf(n) },
        ]),
      ),
      ...this.#wires.keys(),
      warnings: warningsFor({
        samples,
        coverage,
        faults: this.#faults.tallies,
        drift: this.#drift?.drift ?? null,
        end: this.#end?.reason ?? null,
        unlistedGaps: unlisted,
        outerSilenceS: outerUs / usPerS,
        waiting: waitingOf(this.#header.samplingPriority, spacingsUs, gaps, this.#faults.tallies.size),
        boardFaults: this.#boardFaults.texts(),
        wireAlarms: this.#wires.alarmTexts(),
        totals: this.#totals.texts(),
        noAccuracy: Number.isNaN(this.accuracyShare),
        unprovenFirmware: this.#unprovenFirmware(this.#header.board),
        noCalibration: this.#header.board.calibration === null,
      }),
    };
  }

  /** Between which instants there are samples, so far. */
  get reach(): TrackReach {
    const { firstUs, lastUs } = this.#spacings;
    const { requestUs, replyUs } = this.#firstAndLast;
    return { firstUs, lastUs, requestUs, replyUs, end: this.#end?.reason ?? null };
  }

  /** What a spacing must be longer than to be a gap, by what is known so far, µs. */
  get gapLimitUs(): number {
    return gapLimitUs(this.#spacings.spacingsUs.quantile(0.5));
  }

  /** What the energy of a part of the recording rests on, so far; of the whole recording after `finish`. */
  partFacts(): PartFacts {
    const { candidates } = this.#spacings;
    const limitUs = this.gapLimitUs;
    const gaps = new Map<number, PowersAround>();
    for (const gap of candidates) if (length(gap) > limitUs && gap.around) gaps.set(gap.startUs, gap.around);
    return {
      components: this.wiring.sums.map(({ name }) => name),
      accuracyShare: this.accuracyShare,
      instantUs: this.#latencies.instantUs,
      gapLimitUs: limitUs,
      gaps,
    };
  }

  /** The board's firmware, where this powerlog has no table for it. */
  #unprovenFirmware({ id, firmware }: BoardIdentity): number | null {
    return isNewerThanKnown(id, firmware) ? firmware : null;
  }

  #perComponent<Value>(figure: (series: PowerSeries, index: number) => Value): PerComponent<Value> {
    return Object.fromEntries(
      this.wiring.sums.map(({ name }, n) => [name, figure(this.#components[n]!, n)] as const),
    );
  }

  #uncertainty(gaps: readonly Candidate[], unlistedUs: number) {
    const { accuracyShare } = this;
    const instantUs = this.#latencies.instantUs;
    const budgets = recordingBudgets(this.#components, {
      accuracyShare,
      instantUs,
      gaps,
      unlistedUs,
      firstMw: this.#firstAndLast.firstMw,
      lastMw: this.#firstAndLast.lastMw,
    });
    const each = (part: (budget: Budget) => number) =>
      this.#perComponent((_, n) => (budgets[n] ? figureOrNull(part(budgets[n])) : null));
    return {
      energy_uncertainty_j: each(combinedJ),
      uncertainty: {
        accuracy_share: figureOrNull(accuracyShare),
        accuracy_j: each((budget) => budget.accuracyJ),
        gaps_j: each((budget) => budget.gapsJ),
        edges_j: each(stepsJ),
      },
    };
  }
}

const length = (gap: Candidate): number => gap.endUs - gap.startUs;
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
