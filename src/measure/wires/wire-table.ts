import type { Instrument } from '../../board/board.js';
import { type AppliedCalibration, currentAsRead } from '../accuracy/applied.js';
import type { Wiring } from '../rail-map.js';
import type { MeanMax, WireAlarmsSummary, WireSummary, WiresSum } from '../summary.js';
import { wireTallyText } from './alarm-text.js';
import type { WireLimits } from './limits.js';
import type { WireTally } from './wire-judge.js';
import { WireWatch } from './wire-watch.js';

/** Mean and peak of a column in thousandths, such as mA or mW: trapezoids between the samples, gaps included. */
class RunningMean {
  max: number | null = null;
  #integral = 0;
  /** What that sum has lost to rounding: at 10 A, a double holds single units of it for ten days. */
  #lost = 0;
  #lastUs = 0;
  #last = 0;
  #firstUs = 0;
  #count = 0;

  add(timeUs: Float64Array, values: Int32Array, count: number): void {
    for (let row = 0; row < count; row++) {
      const value = values[row]!;
      const us = timeUs[row]!;
      if (this.#count++ === 0) this.#firstUs = us;
      else this.#integrate(((value + this.#last) / 2) * (us - this.#lastUs));
      this.#last = value;
      this.#lastUs = us;
      if (this.max === null || value > this.max) this.max = value;
    }
  }

  /** Knuth's two-sum: what the addition drops is exact. */
  #integrate(piece: number): void {
    const before = this.#integral;
    const after = before + piece;
    const added = after - before;
    this.#lost += before - (after - added) + (piece - added);
    this.#integral = after;
  }

  /** Of a single sample its value. */
  get mean(): number | null {
    if (this.#count === 0) return null;
    const us = this.#lastUs - this.#firstUs;
    return us > 0 ? (this.#integral + this.#lost) / us : this.#last;
  }
}

/** The wires of a board's connectors, held against what the connectors read, and against limits. */
export class WireTable {
  readonly #watch: WireWatch;
  readonly #wires: readonly { readonly current: RunningMean; readonly power: RunningMean }[];
  /** By rail, where it has wires. */
  readonly #connectors: readonly (RunningMean | undefined)[];

  constructor(
    readonly board: Instrument,
    readonly wiring: Wiring,
    readonly limits: WireLimits,
    readonly applied: AppliedCalibration | null = null,
  ) {
    this.#watch = new WireWatch(board, limits, applied);
    this.#wires = board.wires.map(() => ({ current: new RunningMean(), power: new RunningMean() }));
    this.#connectors = board.rails.map((_, rail) =>
      board.wires.some(({ partOf }) => partOf === rail) ? new RunningMean() : undefined,
    );
  }

  add(timeUs: Float64Array, channels: readonly (Int32Array | undefined)[], count: number): void {
    const { rails, wires } = this.board;
    this.#watch.add(timeUs, channels, count);
    const take = (mean: RunningMean | undefined, field: number) => {
      const column = channels[field];
      if (mean && column) mean.add(timeUs, column, count);
    };
    wires.forEach((wire, n) => {
      take(this.#wires[n]!.current, wire.current);
      take(this.#wires[n]!.power, wire.power);
    });
    rails.forEach((rail, n) => {
      take(this.#connectors[n], rail.current);
    });
  }

  /** The summary's keys. */
  keys(): { readonly wires: readonly WireSummary[]; readonly wire_limits?: WireLimits } {
    return { wires: this.#summaries(), ...(this.#wires.length > 0 && { wire_limits: this.limits }) };
  }

  #summaries(): WireSummary[] {
    return this.board.wires.map(({ name, partOf }, n) => {
      const { current, power } = this.#wires[n]!;
      const connectorMa = this.#ownMean(partOf) ?? 0;
      return {
        name,
        rail: this.wiring.railNames[partOf]!,
        current_a: inUnits(current),
        power_w: inUnits(power),
        share: current.mean !== null && connectorMa > 0 ? current.mean / connectorMa : null,
        share_max: this.#watch.shareMax(n),
        alarms: this.#watch.tallies(n).map(alarmsSummary),
      };
    });
  }

  /** What the connector itself read, mA. */
  #ownMean(rail: number): number | null {
    const mean = this.#connectors[rail]?.mean ?? null;
    return mean === null ? null : currentAsRead(this.applied, this.board.rails[rail]!.name, mean);
  }

  /** A sentence for each wire and limit that it was over. */
  alarmTexts(): string[] {
    return this.board.wires.flatMap((wire, n) =>
      this.#watch.tallies(n).map((tally) => wireTallyText(wire, tally)),
    );
  }

  /** The sum of a rail's wires; nothing where it has none. */
  sumOf(rail: number): { wires: WiresSum } | undefined {
    if (!this.#connectors[rail]) return undefined;
    const own = this.#wires.filter((_, n) => this.board.wires[n]!.partOf === rail);
    const sum = (means: readonly (number | null)[]) => ({
      mean: means.some((mean) => mean === null)
        ? null
        : means.reduce<number>((all, mean) => all + mean!, 0) / 1000,
    });
    return {
      wires: {
        current_a: sum(own.map(({ current }) => current.mean)),
        power_w: sum(own.map(({ power }) => power.mean)),
      },
    };
  }
}

function alarmsSummary({
  kind,
  limit,
  times,
  totalUs,
  firstUs,
  highest,
  isOpen,
}: WireTally): WireAlarmsSummary {
  const scale = kind === 'current' ? 1000 : 1;
  return {
    ...{ kind, limit: limit / scale, times, duration_s: totalUs / 1e6, first_s: firstUs / 1e6 },
    ...{ highest: highest / scale, ended: !isOpen },
  };
}

const inUnits = ({ mean, max }: RunningMean): MeanMax => ({
  mean: mean === null ? null : mean / 1000,
  max: max === null ? null : max / 1000,
});
