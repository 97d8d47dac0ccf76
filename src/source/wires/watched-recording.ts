import type { Instrument } from '../../board/board.js';
import { makeFrameDecoder, newColumn } from '../../board/frame.js';
import { appliedTo } from '../../measure/accuracy/applied.js';
import { wireAlarmText } from '../../measure/wires/alarm-text.js';
import type { WireLimits } from '../../measure/wires/limits.js';
import type { WireAlarm } from '../../measure/wires/wire-judge.js';
import { WireWatch } from '../../measure/wires/wire-watch.js';
import type { RecordingEvent, WireAlarmEvent } from '../../stream/event.js';
import { eventBlock, type FrameBlock } from '../../stream/frame-block.js';
import type { RecordingHeader } from '../../stream/recording-header.js';
import type { Warning } from '../../stream/warning.js';
import { rowsOf } from '../fault-watch.js';
import type { Recording } from '../source.js';

/**
 * A recording in which a wire over a limit is an event, behind the sample that showed it. What was found in it before, by other
 * limits maybe, is left out. The recording itself where the board measures no single wires.
 * @param onNotice for a person: the first time for each wire and limit, while it is recorded
 */
export const watchWires = (
  recording: Recording,
  board: Instrument,
  limits: WireLimits,
  onNotice: (text: string) => void = () => {},
): Recording =>
  board.wires.length === 0 ? recording : new WatchedRecording(recording, board, limits, onNotice);

class WatchedRecording implements Recording {
  readonly #watch: WireWatch;
  readonly #decode;
  #columns: (Int32Array | undefined)[] = [];
  #timeUs = new Float64Array(0);
  readonly #told = new Set<string>();
  readonly #recording: Recording;
  readonly #board: Instrument;
  readonly #onNotice: (text: string) => void;

  constructor(recording: Recording, board: Instrument, limits: WireLimits, onNotice: (text: string) => void) {
    this.#recording = recording;
    this.#board = board;
    this.#onNotice = onNotice;
    this.#watch = new WireWatch(board, limits, appliedTo(board));
    this.#decode = makeFrameDecoder(board);
  }

  get header(): RecordingHeader {
    return this.#recording.header;
  }

  get live(): boolean {
    return this.#recording.live ?? false;
  }

  async *blocks(): AsyncGenerator<FrameBlock> {
    for await (const block of this.#recording.blocks()) yield* this.#split(block);
  }

  stop(): void {
    this.#recording.stop();
  }

  handOver(): void {
    this.#recording.handOver?.();
  }

  warnings(): readonly Warning[] {
    return this.#recording.warnings?.() ?? [];
  }

  /** The block as it is, or in the pieces between which an alarm began or ended. */
  *#split(block: FrameBlock): Generator<FrameBlock> {
    const { count, replyNs } = block;
    let from = 0;
    for (const { row, alarm } of count > 0 ? this.#judge(block) : []) {
      // Several may be known at one sample.
      const event = this.#eventOf(alarm, replyNs[row]!);
      yield row + 1 > from
        ? rowsOf(block, this.#board.frameBytes, from, row + 1, [event])
        : eventBlock([event]);
      from = row + 1;
    }
    const events = this.#eventsOf(block);
    if (from === 0 && events === block.events) yield block;
    else if (from < count) yield rowsOf(block, this.#board.frameBytes, from, count, events);
    else if (events.length > 0) yield eventBlock(events);
  }

  #judge({ count, frames, requestNs, replyNs }: FrameBlock) {
    if (count > this.#timeUs.length) this.#grow(count);
    // The instants of the samples, as everywhere.
    for (let row = 0; row < count; row++)
      this.#timeUs[row] = Math.round((requestNs[row]! + replyNs[row]!) / 2000);
    this.#decode(frames, count, this.#columns);
    return this.#watch.add(this.#timeUs, this.#columns, count);
  }

  /** The block's own, without what was found before, and with what still lasts at the end. */
  #eventsOf({ events }: FrameBlock): readonly RecordingEvent[] {
    if (!events.some(({ type }) => type === 'wire-alarm' || type === 'end')) return events;
    return events.flatMap((event): readonly RecordingEvent[] => {
      if (event.type === 'wire-alarm') return [];
      if (event.type !== 'end') return [event];
      return [...this.#watch.open.map((alarm) => this.#eventOf(alarm, event.atNs, 'end')), event];
    });
  }

  #eventOf(alarm: WireAlarm, atNs: number, edge = alarm.endedUs === null ? 'begin' : 'end'): WireAlarmEvent {
    const { kind, limit, currentMa, share, beganUs, endedUs } = alarm;
    const wire = this.#board.wires[alarm.wire]!;
    const event: WireAlarmEvent = {
      ...{ type: 'wire-alarm', edge: edge === 'begin' ? 'begin' : 'end', atNs },
      ...{ rail: this.#board.rails[wire.partOf]!.name, wire: wire.name },
      ...{ kind, limit: kind === 'current' ? limit / 1000 : limit },
      ...{ currentA: currentMa / 1000, share: Number.isNaN(share) ? null : share },
      ...{ beganNs: beganUs * 1000, endedNs: endedUs === null ? null : endedUs * 1000 },
    };
    const which = `${kind} ${wire.name}`;
    if (edge === 'begin' && !this.#told.has(which)) {
      this.#told.add(which);
      this.#onNotice(`${wireAlarmText(wire, event)}, from ${(beganUs / 1e6).toFixed(3)} s on`);
    }
    return event;
  }

  #grow(count: number): void {
    const { fields, wires, rails } = this.#board;
    const wanted = new Set(wires.flatMap(({ current, partOf }) => [current, rails[partOf]!.current]));
    this.#timeUs = new Float64Array(count);
    this.#columns = fields.map((field, n) => (wanted.has(n) ? newColumn(field, count) : undefined));
  }
}
