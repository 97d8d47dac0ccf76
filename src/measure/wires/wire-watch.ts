import type { Layout } from '../../board/board.js';
import { type AppliedCalibration, currentAsRead } from '../accuracy/applied.js';
import { leastConnectorMa, shareLimitOf, type WireLimits } from './limits.js';
import { type WireAlarm, WireJudge, type WireTally } from './wire-judge.js';

/**
 * Currents are judged by their means over so long, µs: as long as the longest excursion above its rated power that a power supply
 * has to bear (Intel's design guide 613768, table 3-3: 120 % for 100 ms).
 */
const windowUs = 100_000;
/** What was in so long a silence is not known: no alarm reaches across, µs. Averages of instruments come up to 1.4 s apart. */
const silenceUs = 2e6;

/** Its begin, or its end, known at this row of the samples that were added. */
export interface WireAlarmNews {
  readonly row: number;
  readonly alarm: WireAlarm;
}

/** Holds each wire's current, and its share of the connector's, against a limit. The same for the same samples, however they are cut. */
export class WireWatch {
  readonly #board: Pick<Layout, 'rails' | 'wires'>;
  readonly #applied: AppliedCalibration | null;
  /** Fields of the currents: of the wires, then of the rails that have wires. */
  readonly #fields: readonly number[];
  readonly #sums: Float64Array;
  /** By wire, where its connector's sum stands. */
  readonly #connectors: readonly number[];
  /** Of each wire two. */
  readonly #judges: readonly WireJudge[];
  readonly #shareMax: Float64Array;
  #samples = 0;
  #startUs = 0;
  #lastUs = 0;

  /** @param applied the calibration that the samples have gone through */
  constructor(
    board: Pick<Layout, 'rails' | 'wires'>,
    limits: WireLimits,
    applied: AppliedCalibration | null = null,
  ) {
    const { rails, wires } = board;
    this.#board = board;
    this.#applied = applied;
    const connectors = [...new Set(wires.map(({ partOf }) => partOf))];
    this.#fields = [...wires, ...connectors.map((rail) => rails[rail]!)].map(({ current }) => current);
    this.#sums = new Float64Array(this.#fields.length);
    this.#connectors = wires.map(({ partOf }) => wires.length + connectors.indexOf(partOf));
    this.#judges = wires.flatMap(({ partOf }, wire) => [
      new WireJudge(wire, 'current', limits.current_a * 1000),
      new WireJudge(wire, 'share', shareLimitOf(limits, board, partOf)),
    ]);
    this.#shareMax = new Float64Array(wires.length).fill(Number.NaN);
  }

  /** @returns what began and what ended, mostly nothing */
  add(
    timeUs: Float64Array,
    channels: readonly (Int32Array | undefined)[],
    count: number,
  ): readonly WireAlarmNews[] {
    let news = nothing;
    if (this.#fields.length === 0) return news;
    let from = 0;
    for (let row = 0; row < count; row++) {
      const us = timeUs[row]!;
      const isSilence = this.#samples > 0 && us - this.#lastUs > silenceUs;
      if (this.#samples > 0 && (us - this.#startUs >= windowUs || isSilence)) {
        this.#sum(channels, from, row);
        from = row;
        news = this.#close(row, isSilence, news);
      }
      if (this.#samples++ === 0) this.#startUs = us;
      this.#lastUs = us;
    }
    this.#sum(channels, from, count);
    return news;
  }

  /** Those that last. */
  get open(): WireAlarm[] {
    return this.#judges.flatMap((judge) => judge.open ?? []);
  }

  /** Of a wire, where it was over a limit. */
  tallies(wire: number): WireTally[] {
    return [this.#judges[2 * wire]!, this.#judges[2 * wire + 1]!].flatMap((judge) => judge.tally ?? []);
  }

  /** A wire's highest share of its connector's current, a mean over a tenth of a second; null where none was judged. */
  shareMax(wire: number): number | null {
    const share = this.#shareMax[wire]!;
    return Number.isNaN(share) ? null : share;
  }

  #sum(channels: readonly (Int32Array | undefined)[], from: number, to: number): void {
    for (let n = 0; n < this.#fields.length; n++) {
      const column = channels[this.#fields[n]!];
      if (!column) continue;
      let sum = this.#sums[n]!;
      for (let row = from; row < to; row++) sum += column[row]!;
      this.#sums[n] = sum;
    }
  }

  /** The window is over. @param isCut a silence follows */
  #close(row: number, isCut: boolean, before: readonly WireAlarmNews[]): readonly WireAlarmNews[] {
    const window = { startUs: this.#startUs, lastUs: this.#lastUs, currentMa: 0, share: 0 };
    let news = before;
    for (let wire = 0; wire < this.#board.wires.length; wire++) {
      window.currentMa = this.#sums[wire]! / this.#samples;
      const connector = this.#board.rails[this.#board.wires[wire]!.partOf]!.name;
      const meanMa = this.#sums[this.#connectors[wire]!]! / this.#samples;
      const connectorMa = currentAsRead(this.#applied, connector, meanMa);
      window.share = connectorMa >= leastConnectorMa ? window.currentMa / connectorMa : Number.NaN;
      if (!(window.share <= this.#shareMax[wire]!) && !Number.isNaN(window.share))
        this.#shareMax[wire] = window.share;
      for (const judge of [this.#judges[2 * wire]!, this.#judges[2 * wire + 1]!]) {
        const alarm = judge.take(window);
        if (alarm) news = [...news, { row, alarm }];
        const cut = isCut ? judge.cut() : null;
        if (cut) news = [...news, { row, alarm: cut }];
      }
    }
    this.#sums.fill(0);
    this.#samples = 0;
    return news;
  }
}

const nothing: readonly WireAlarmNews[] = [];
