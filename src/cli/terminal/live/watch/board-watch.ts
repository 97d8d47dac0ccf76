import type { Instrument, RailWire } from '../../../../board/board.js';
import { wordsAt } from '../../../../board/field-type.js';
import { currentAsRead } from '../../../../measure/accuracy/applied.js';
import type { Measured } from '../../../../measure/summary.js';
import { isAway } from '../../../../measure/tracks/away.js';
import { wireAlarmText } from '../../../../measure/wires/alarm-text.js';
import type { Track } from '../../../../session/track.js';
import type { Sink } from '../../../../sink/sink.js';
import type { RecordingEvent, WireAlarmEvent } from '../../../../stream/event.js';
import type { SampleBlock } from '../../../../stream/sample-block.js';
import { History } from './history.js';
import { PhaseLog } from './phase-log.js';

/** The least and the most of a power since somebody reset them, mW; null before the first sample. */
export type Extremes = { readonly minMw: number; readonly maxMw: number } | null;

/** A fault that the board itself raised, or a wire that carries too much. */
export interface Alarm {
  readonly kind: 'fault' | 'wire';
  /** Foreign, like all that a board says of itself. */
  readonly text: string;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly times: number;
  readonly isActive: boolean;
}

/** A single wire of a connector as it was read last; null before the first sample. */
export interface WireNow {
  readonly wire: RailWire;
  readonly currentA: number | null;
  /** Of the connector's current; null too where that is not above 0. */
  readonly share: number | null;
}

/** How a board stands at an instant. */
export interface Standing {
  readonly samples: number;
  /** The last sample's instant; null before the first. */
  readonly lastUs: number | null;
  /** By component, mW; null where the board is away. */
  readonly powerMw: readonly (number | null)[];
  readonly extremes: readonly Extremes[];
  readonly rateHz: number | null;
  /** For how long nothing has come, µs; null where the board is there. */
  readonly awayUs: number | null;
  /** Worked out once a second. */
  readonly measured: Measured;
}

/** Over how much of the latest samples a rate is taken, µs. */
const rateOverUs = 1e6;
/** How often the figures of the summary are worked out, ms: that takes time, and joules with their uncertainty change slowly. */
const figuresEveryMs = 1000;

/** Watches a track for a screen: what came lately, what it came to, and what the board found wrong. */
export class BoardWatch implements Sink {
  readonly history: History;
  readonly phases = new PhaseLog();
  readonly components: readonly string[];
  readonly id: string;
  readonly #track: Track;
  readonly #changed: () => void;
  /** Of the board's bits by their number, of wires by what they are over. */
  readonly #alarms = new Map<number | string, Omit<Alarm, 'isActive'>>();
  /** Both words of the board's fault status, low one first. */
  #status: readonly [number, number] = [0, 0];
  /** Those of wires that are not over. */
  readonly #overWires = new Set<string>();
  /** By field, of those that are currents of wires or of their connectors: the last sample's, mA. */
  readonly #currentsMa = new Map<number, number>();
  #extremes: Extremes[];
  #rateFrom: { readonly samples: number; readonly us: number } | null = null;
  #rateHz: number | null = null;
  #measured: Measured | null = null;
  #measuredMs = 0;

  /** @param changed called when there is something new to be seen */
  constructor(track: Track, changed: () => void) {
    this.#track = track;
    this.#changed = changed;
    this.id = track.id;
    this.components = track.wiring.sums.map(({ name }) => name);
    this.#extremes = this.components.map(() => null);
    this.history = new History(this.components.length);
  }

  get board(): Instrument {
    return this.#track.source.board;
  }

  get identity() {
    return this.#track.source.identity;
  }

  get accuracyShare(): number {
    return this.#track.outputs.collector.accuracyShare;
  }

  begin(): void {}

  write(block: SampleBlock): void {
    const { count, timeUs, powerMw } = block;
    if (count > 0) {
      this.history.add(timeUs, powerMw, count, this.#track.outputs.collector.gapLimitUs);
      this.#extremes = this.#extremes.map((known, n) => wider(known, powerMw[n]!, count));
      this.#keepRate(count, timeUs[count - 1]!);
      this.#keepStatus(block);
      this.#keepCurrents(block);
    }
    for (const event of block.events) this.#heed(event);
    this.#changed();
  }

  async finish(): Promise<void> {}

  resetExtremes(): void {
    this.#extremes = this.#extremes.map(() => null);
  }

  /** Those that are up first, then the latest. */
  get alarms(): readonly Alarm[] {
    return [...this.#alarms]
      .map(([which, alarm]) => ({
        ...alarm,
        isActive: typeof which === 'string' ? this.#overWires.has(which) : this.#isRaised(which),
      }))
      .sort((a, b) => Number(b.isActive) - Number(a.isActive) || b.lastUs - a.lastUs);
  }

  get wires(): readonly WireNow[] {
    const { wires, rails } = this.board;
    const { applied } = this.#track.outputs.collector;
    return wires.map((wire) => {
      const rail = rails[wire.partOf]!;
      const [ma, calibratedMa] = [wire.current, rail.current].map((field) => this.#currentsMa.get(field));
      const connectorMa = currentAsRead(applied, rail.name, calibratedMa ?? 0);
      return {
        wire,
        currentA: ma === undefined ? null : ma / 1000,
        share: ma !== undefined && connectorMa > 0 ? ma / connectorMa : null,
      };
    });
  }

  /** @param nowUs of the recording */
  standing(nowUs: number): Standing {
    const { collector } = this.#track.outputs;
    const { samples, lastUs, powerMw } = collector.progress();
    const away = isAway(samples, lastUs, nowUs);
    const nowMs = performance.now();
    if (!this.#measured || this.#measured.samples < 2 || nowMs - this.#measuredMs >= figuresEveryMs) {
      this.#measured = collector.measured();
      this.#measuredMs = nowMs;
    }
    return {
      samples,
      lastUs,
      powerMw: away ? powerMw.map(() => null) : powerMw,
      extremes: this.#extremes,
      rateHz: away ? null : this.#rateHz,
      awayUs: away ? nowUs - (lastUs ?? 0) : null,
      measured: this.#measured,
    };
  }

  #keepRate(count: number, us: number): void {
    const samples = (this.#rateFrom?.samples ?? 0) + count;
    if (this.#rateFrom && us - this.#rateFrom.us < rateOverUs) {
      this.#rateFrom = { ...this.#rateFrom, samples };
      return;
    }
    if (this.#rateFrom) this.#rateHz = (samples * 1e6) / (us - this.#rateFrom.us);
    this.#rateFrom = { samples: 0, us };
  }

  #keepStatus({ count, channels }: SampleBlock): void {
    const { faults, fields } = this.board;
    if (!faults) return;
    const columns = faults.status.map((index) => channels[index]);
    const [word] = columns;
    if (columns.length === 1 && word)
      this.#status = wordsAt(word, count - 1, fields[faults.status[0]!]!.type);
    else if (columns.length > 1) {
      const words: [number, number] = [0, 0];
      columns.forEach((column, bit) => {
        if (column && column[count - 1] !== 0) words[bit < 32 ? 0 : 1] |= 1 << (bit & 31);
      });
      this.#status = words;
    }
  }

  #isRaised(bit: number): boolean {
    return ((bit < 32 ? this.#status[0] : this.#status[1]) & (1 << (bit & 31))) !== 0;
  }

  #keepCurrents({ count, channels }: SampleBlock): void {
    const { wires, rails } = this.board;
    for (const { current, partOf } of wires)
      for (const field of [current, rails[partOf]!.current]) {
        const column = channels[field];
        if (column) this.#currentsMa.set(field, column[count - 1]!);
      }
  }

  #heed(event: RecordingEvent): void {
    this.phases.add(event);
    if (event.type === 'board-fault') {
      const { bit, name, atNs } = event;
      const title =
        this.board.faults?.bits.find((each) => each.bit === bit)?.title ?? 'a fault without a name';
      this.#raise(bit, 'fault', `${title} (${name})`, atNs / 1e3);
    }
    if (event.type === 'wire-alarm') this.#heedWire(event);
  }

  #heedWire(event: WireAlarmEvent): void {
    const which = `${event.kind} ${event.wire}`;
    if (event.edge === 'end') {
      if (event.endedNs !== null) this.#overWires.delete(which);
      return;
    }
    this.#overWires.add(which);
    const wire = this.board.wires.find(({ name }) => name === event.wire);
    if (wire) this.#raise(which, 'wire', wireAlarmText(wire, event), event.beganNs / 1e3);
  }

  #raise(which: number | string, kind: Alarm['kind'], text: string, us: number): void {
    const { firstUs = us, times = 0 } = this.#alarms.get(which) ?? {};
    this.#alarms.set(which, { kind, text, firstUs, lastUs: us, times: times + 1 });
  }
}

function wider(known: Extremes, powerMw: Float64Array, count: number): Extremes {
  let [minMw, maxMw] = [known?.minMw ?? Number.POSITIVE_INFINITY, known?.maxMw ?? Number.NEGATIVE_INFINITY];
  for (let row = 0; row < count; row++) {
    const mw = powerMw[row]!;
    if (mw < minMw) minMw = mw;
    if (mw > maxMw) maxMw = mw;
  }
  return { minMw, maxMw };
}
