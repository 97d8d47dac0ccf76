import type { Instrument } from '../board/board.js';
import { unprovenFirmware } from '../board/catalogue.js';
import { Engine } from '../engine/engine.js';
import type { EndReason } from '../stream/event.js';
import type { RecordingHeader } from '../stream/recording-header.js';
import type { SampleBlock } from '../stream/sample-block.js';
import { type Accuracy, accuracyOf, isAccuracyLacking, tracedColumns } from './accuracy/accuracy.js';
import { type AppliedCalibration, appliedTo } from './accuracy/applied.js';
import { BoardFaultTally } from './doubts/board-faults.js';
import { ClockDriftWatch } from './doubts/clock-drift.js';
import { DeviceClockWatch } from './doubts/device-clock.js';
import { FaultLog } from './doubts/gap-causes.js';
import { type GapsFound, gapSummaries, gapsFound } from './doubts/gaps-found.js';
import { TotalsCheck } from './doubts/totals.js';
import { TruncationWatch } from './doubts/truncation.js';
import { waitingOf } from './doubts/waiting.js';
import { warningsFor } from './doubts/warnings.js';
import { type PowerSeries, PowerTable } from './energy.js';
import { type BoardFreshness, FreshnessTable } from './freshness/board-freshness.js';
import { gapLimitUs, lengthUs, SpacingWatch } from './gaps.js';
import { distribution, Latencies } from './latencies.js';
import type { PartFacts } from './part-facts.js';
import type { Wiring } from './rail-map.js';
import { FirstAndLast, type RecordingDoubts, uncertaintySummary } from './recording-budget.js';
import { boardSummary, type Measured, type PerComponent } from './summary.js';
import type { Progress } from './tracks/progress.js';
import type { TrackReach } from './tracks/reach.js';
import { holdingOf, type PowersAround } from './uncertainty.js';
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
  readonly #freshness: FreshnessTable;
  readonly #faults = new FaultLog();
  readonly #boardFaults: BoardFaultTally;
  #drift: ClockDriftWatch | undefined;
  readonly #truncation: TruncationWatch;
  readonly #deviceClock = new DeviceClockWatch();
  #header: RecordingHeader | undefined;
  #end: { readonly atUs: number; readonly reason: EndReason } | undefined;
  readonly #firstAndLast = new FirstAndLast();
  /** Of all powers, where rails were calibrated. */
  readonly #accuracy: Accuracy | undefined;

  /**
   * @param accuracyShare Of a power reading that `applied` does not know better, at 95 %: 0.03; NaN where it is not known.
   * @param applied The calibration that the samples have gone through.
   */
  constructor(
    readonly board: Instrument,
    readonly wiring: Wiring,
    readonly accuracyShare: number,
    readonly applied: AppliedCalibration | null = appliedTo(board),
    wireLimits: WireLimits = defaultWireLimits,
  ) {
    this.#accuracy = accuracyOf(board, wiring, applied);
    const components = wiring.sums.length;
    const engine = new Engine();
    this.#powers = new PowerTable(engine, components + board.rails.length);
    this.#components = this.#powers.series.slice(0, components);
    this.#rails = this.#powers.series.slice(components);
    this.#spacings = new SpacingWatch(engine, components);
    this.#latencies = new Latencies(engine);
    this.#boardFaults = new BoardFaultTally(board);
    this.#wires = new WireTable(board, wiring, wireLimits, applied);
    this.#freshness = new FreshnessTable(board, wiring);
    this.#totals = new TotalsCheck(board, applied);
    this.#truncation = new TruncationWatch(board, wiring);
  }

  begin(header: RecordingHeader): void {
    this.#header = header;
    if (header.startUnixUs !== null) this.#drift = new ClockDriftWatch(header.startUnixUs);
  }

  write(block: SampleBlock): void {
    const { count, timeUs, channels, powerMw } = block;
    this.#spacings.add(timeUs, powerMw, count);
    const railPowersMw = this.board.rails.map(({ name, power }) => {
      if (!channels[power]) throw new Error(`power of rail ${name} was not decoded`);
      return channels[power];
    });
    this.#powers.add(timeUs, [...powerMw, ...railPowersMw], count);
    this.#wires.add(timeUs, channels, count);
    this.#freshness.add(timeUs, channels, count);
    this.#totals.add(timeUs, channels, count);
    this.#truncation.add(channels, count);
    this.#firstAndLast.keep(block);
    if (this.#header?.timing !== 'nominal') this.#latencies.add(block);
    for (const event of block.events) {
      if (event.type === 'fault') {
        if (event.kind === 'suspend') this.#spacings.sleep(event.startNs / 1000, event.endNs / 1000);
        this.#faults.add(event, this.#spacings);
      } else if (event.type === 'clock') this.#drift?.add(event.atNs, event.unixUs);
      else if (event.type === 'device-clock') this.#deviceClock.add(event.rateErrorPpm);
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
    const found = gapsFound(this.#spacings, this.reach, this.#end?.atUs, this.gapLimitUs);
    this.#faults.settle(this.#spacings, found.outer);
    const { durationUs, coverage, unlisted } = found;
    const { freshness } = this;
    const interval = distribution(spacingsUs, usPerS);

    return {
      board: boardSummary(this.#header.board),
      map: this.wiring.map,
      start_unix_s: this.#header.startUnixUs === null ? null : this.#header.startUnixUs / usPerS,
      duration_s: durationUs === null ? null : durationUs / usPerS,
      samples,
      sample_rate_hz: samples > 1 && durationUs ? (samples - 1) / (durationUs / usPerS) : null,
      coverage,
      gaps: gapSummaries(found.all),
      interval_s: interval,
      latency_s: this.#header.timing === 'round-trip' ? this.#latencies.distribution : null,
      ...(this.#header.timing === 'device' ? { clock: this.#deviceClock.summary } : {}),
      sampling_priority: this.#header.samplingPriority ?? null,
      freshness,
      calibration: this.applied,
      power_w: this.#perComponent((series) => series.statistics()),
      energy_j: this.#perComponent((series) => series.energyJ),
      ...uncertaintySummary(
        this.wiring.sums.map(({ name }) => name),
        this.#components,
        this.#doubts(found, freshness),
      ),
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
        deviceClock: this.#deviceClock.text,
        end: this.#end?.reason ?? null,
        unlistedGaps: unlisted,
        outerSilenceS: found.outerUs / usPerS,
        waiting: waitingOf(this.#header.samplingPriority, spacingsUs, found.all, this.#faults.tallies.size),
        freshness,
        intervalS: interval.median,
        boardFaults: this.#boardFaults.texts(),
        wireAlarms: this.#wires.alarmTexts(),
        totals: this.#totals.texts(),
        noAccuracy: isAccuracyLacking(this.accuracyShare, this.board, this.applied),
        unprovenFirmware: unprovenFirmware(this.#header.board),
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

  /** How often what the board reads is new, as far as that is known; null of one that says when it took each sample. */
  get freshness(): BoardFreshness | null {
    if (this.#header?.timing === 'device') return null;
    return this.#freshness.freshness(this.#spacings.spacingsUs.quantile(0.5));
  }

  /** What the energy of a part of the recording rests on, so far; of the whole recording after `finish`. */
  partFacts(): PartFacts {
    const { candidates } = this.#spacings;
    const limitUs = this.gapLimitUs;
    const gaps = new Map<number, PowersAround>();
    for (const gap of candidates)
      if (lengthUs(gap) > limitUs && gap.around) gaps.set(gap.startUs, gap.around);
    return {
      components: this.wiring.sums.map(({ name }) => name),
      accuracyShare: this.accuracyShare,
      ...this.#truncation.facts,
      ...(this.#accuracy && { accuracy: this.#accuracy.over(tracedColumns(this)) }),
      ...this.#timing(this.freshness),
      gapLimitUs: limitUs,
      gaps,
    };
  }

  #perComponent<Value>(figure: (series: PowerSeries, index: number) => Value): PerComponent<Value> {
    return Object.fromEntries(
      this.wiring.sums.map(({ name }, n) => [name, figure(this.#components[n]!, n)] as const),
    );
  }

  /** How well the instants of what samples show are known. */
  #timing(freshness: BoardFreshness | null) {
    const updateS = freshness?.update_s ?? null;
    const { ageUs, stepSpacings } = holdingOf(updateS, this.#spacings.spacingsUs.quantile(0.5));
    return { instantUs: this.#latencies.instantUs + ageUs, stepSpacings };
  }

  #doubts({ inner: gaps, unlistedUs }: GapsFound, freshness: BoardFreshness | null): RecordingDoubts {
    return {
      ...this.#timing(freshness),
      accuracyShare: this.accuracyShare,
      ...this.#truncation.facts,
      calibrated: this.#accuracy && { accuracy: this.#accuracy, powers: this.#powers.series },
      durationUs: (this.reach.lastUs ?? 0) - (this.reach.firstUs ?? 0),
      ...{ gaps, unlistedUs, ends: this.#firstAndLast },
    };
  }
}
