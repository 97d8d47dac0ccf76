import type { Instrument } from '../board/board.js';
import { lastInstantNs } from '../capture/block-decoder.js';
import { isOfCommand } from '../capture/event-json.js';
import { identityOf, timingOf } from '../capture/header.js';
import { openCapture } from '../capture/open.js';
import type { CaptureReader } from '../capture/reader.js';
import { usageError } from '../errors.js';
import type { CommandEvent } from '../stream/command-event.js';
import type { RecordingEvent } from '../stream/event.js';
import { eventBlock, type FrameBlock } from '../stream/frame-block.js';
import type { BoardIdentity, RecordingHeader } from '../stream/recording-header.js';
import type { Warning } from '../stream/warning.js';
import { startTimer } from '../timer.js';
import type { RecordingClock } from './clock-watch.js';
import type { Recording, RecordingOptions, Source } from './source.js';

/** Samples gather this long before they are handed out, so that a fast recording wakes nobody for each. */
const gatherNs = 50e6;

/**
 * Opens a capture as though it were a port.
 * @param withCommand whether what was run and marked then comes again too
 * @throws UserError (badInput) where it is none
 */
export async function openPacedCapture(path: string, withCommand = false): Promise<PacedSource> {
  return new PacedSource(await openCapture(path), path, withCommand);
}

/** The samples of a capture at the pace they were recorded, as though the board were here now. */
class PacedSource implements Source {
  readonly board: Instrument;
  readonly identity: BoardIdentity;

  constructor(
    readonly reader: CaptureReader,
    port: string,
    readonly withCommand: boolean,
  ) {
    this.board = reader.board;
    this.identity = { ...identityOf(reader.header), port };
  }

  /** @throws UserError (usage) for a rate: a capture has the one it was recorded at */
  start(clock: RecordingClock, options: RecordingOptions): Recording {
    if (options.rateHz !== undefined)
      throw usageError('--rate is for a board; a capture plays at the rate it was recorded at');
    return new PacedRecording(
      this.reader,
      this.identity,
      clock,
      (options.durationMs ?? Number.POSITIVE_INFINITY) * 1e6,
      this.withCommand,
    );
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}

const foreignCommand = (name: string): Warning => ({
  code: 'command-left',
  message: `${name} holds what was run and marked when it was recorded: that is no part of this recording; \`powerlog replay\` tells it`,
});

class PacedRecording implements Recording {
  readonly header: RecordingHeader;
  /** What turns the recorded wall clock into today's. */
  readonly #unixShiftUs: number | null;
  #hasCommand = false;
  #stoppedNs = Number.POSITIVE_INFINITY;
  #wake: () => void = () => {};

  constructor(
    readonly reader: CaptureReader,
    board: BoardIdentity,
    readonly clock: RecordingClock,
    readonly durationNs: number,
    readonly withCommand: boolean,
  ) {
    const { start } = reader.header;
    const { monotonicNs, unixUs } = clock.anchor;
    this.#unixShiftUs = start.unix_us === null ? null : unixUs - start.unix_us;
    this.header = {
      board,
      startMonotonicNs: monotonicNs,
      startUnixUs: unixUs,
      timing: timingOf(reader.header),
    };
  }

  async *blocks(): AsyncGenerator<FrameBlock> {
    let lastNs = 0;
    for await (const block of this.reader.blocks()) {
      yield* this.#rows(block);
      const reachNs = Math.max(lastInstantNs(block), this.#commandNs(block));
      const due = Math.min(reachNs, this.durationNs);
      await this.#until(due);
      if (this.#stopped || reachNs > this.durationNs) {
        yield eventBlock([this.#ownEnd()]);
        return;
      }
      // What the clocks read behind its end is none of it.
      const end = block.events.find((event) => event.type === 'end');
      lastNs = end ? end.atNs : Math.max(lastNs, due);
      if (end) break;
      const events = block.events.flatMap((event) => this.#rebased(event));
      if (events.length > 0) yield eventBlock(events);
    }
    yield eventBlock([{ type: 'end', atNs: lastNs, reason: 'source-ended' }]);
  }

  stop(): void {
    this.#stoppedNs = Math.min(this.#stoppedNs, this.clock.now());
    this.#wake();
  }

  get #stopped(): boolean {
    return this.#stoppedNs < Number.POSITIVE_INFINITY;
  }

  warnings(): readonly Warning[] {
    const warnings = this.reader.warnings();
    return this.#hasCommand ? [...warnings, foreignCommand(this.reader.name)] : warnings;
  }

  /** The block's samples in portions, each as soon as its instants have come. */
  async *#rows(block: FrameBlock): AsyncGenerator<FrameBlock> {
    const { frameBytes } = this.reader.board;
    for (let row = 0; row < block.count; ) {
      const first = block.replyNs[row]!;
      await this.#until(Math.min(first + gatherNs, block.replyNs[block.count - 1]!, this.durationNs));
      const nowNs = Math.min(this.clock.now(), this.durationNs);
      let end = row;
      while (end < block.count && block.replyNs[end]! <= nowNs) end++;
      if (end > row)
        yield {
          count: end - row,
          frames: block.frames.subarray(row * frameBytes, end * frameBytes),
          requestNs: block.requestNs.subarray(row, end),
          replyNs: block.replyNs.subarray(row, end),
          events: [],
        };
      row = end;
      if (this.#stopped || nowNs === this.durationNs) return;
    }
  }

  /** Waits for an instant of the recording, or for `stop`. */
  async #until(atNs: number): Promise<void> {
    for (;;) {
      const leftMs = (atNs - this.clock.now()) / 1e6;
      if (this.#stopped || leftMs <= 0) return;
      await new Promise<void>((resolve) => {
        const cancel = startTimer(leftMs, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
  }

  /** When the last was that a command did or marked; it may lie behind the samples that it stands with, where none came. */
  #commandNs({ events }: FrameBlock): number {
    return this.withCommand
      ? events.filter(isOfCommand).reduce((ns, event) => Math.max(ns, endOf(event)), 0)
      : 0;
  }

  #ownEnd(): RecordingEvent {
    if (!this.#stopped) return { type: 'end', atNs: this.durationNs, reason: 'duration' };
    return { type: 'end', atNs: Math.min(this.#stoppedNs, this.durationNs), reason: 'stopped' };
  }

  /**
   * A recorded clock reading as one of today's clock, so that a step in the recording stays a step. What was run then is not run
   * now, and is left out where nobody asks for it: it would be taken for what `exec` runs beside this recording.
   */
  #rebased(event: RecordingEvent): RecordingEvent[] {
    if (isOfCommand(event)) {
      if (this.withCommand) return [event];
      this.#hasCommand = true;
      return [];
    }
    if (event.type !== 'clock') return [event];
    return this.#unixShiftUs === null ? [] : [{ ...event, unixUs: event.unixUs + this.#unixShiftUs }];
  }
}

function endOf(event: CommandEvent): number {
  if (event.type === 'marks') return event.marks.reduce((ns, { atNs }) => Math.max(ns, atNs), 0);
  return event.type === 'baseline' ? event.endNs : event.atNs;
}
