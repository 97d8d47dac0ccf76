import type { Instrument } from '../board/board.js';
import { isStreaming } from '../board/streaming.js';
import { recalibration } from '../link/identity/recalibration.js';
import type { Link } from '../link/link.js';
import type { EndReason, RecordingEvent } from '../stream/event.js';
import { eventBlock, type FrameBlock } from '../stream/frame-block.js';
import type { BoardIdentity, RecordingHeader } from '../stream/recording-header.js';
import type { Warning } from '../stream/warning.js';
import { startTimer } from '../timer.js';
import type { ClockFollower, RecordingClock } from './clock-watch.js';
import { FaultWatch } from './fault-watch.js';
import type { Recording, RecordingOptions, Source } from './source.js';

/** Finds the same board again after it was lost; resolves to undefined where it is given up. */
export type Reconnect = (identity: BoardIdentity, signal: AbortSignal) => Promise<Link | undefined>;

interface LiveOptions {
  /** Null where a lost board is not waited for. */
  readonly reconnect: Reconnect | null;
  /** For a person: the board went away, it is back. */
  readonly onNotice: (text: string) => void;
}

/** A board on a port. */
export class LiveSource implements Source {
  readonly board: Instrument;
  readonly identity: BoardIdentity;
  #recording: LiveRecording | undefined;

  readonly #link: Link;
  readonly #options: LiveOptions;

  constructor(link: Link, options: LiveOptions) {
    this.#link = link;
    this.#options = options;
    this.board = link.board;
    this.identity = link.identity;
  }

  start(clock: RecordingClock, options: RecordingOptions): Recording {
    this.#recording = new LiveRecording(this.#link, clock, options, this.#options);
    return this.#recording;
  }

  async close(): Promise<void> {
    if (this.#recording) await this.#recording.close();
    else await this.#link.close();
  }
}

class LiveRecording implements Recording {
  readonly header: RecordingHeader;
  readonly live = true;
  readonly #aborter = new AbortController();
  readonly #clocks: ClockFollower;
  readonly #faultWatch: FaultWatch;
  /** The instants at which it shall end: after its duration, and when somebody said so. */
  readonly #endNs: number;
  #stoppedNs = Number.POSITIVE_INFINITY;
  #samples: ReturnType<Link['sample']>;
  #lastNs = 0;
  /** Who it was when it last said which calibration it applies. */
  #last: BoardIdentity;
  readonly #warnings: Warning[] = [];

  #link: Link | undefined;
  readonly #clock: RecordingClock;
  readonly #recordingOptions: RecordingOptions;
  readonly #options: LiveOptions;

  constructor(
    link: Link | undefined,
    clock: RecordingClock,
    recordingOptions: RecordingOptions,
    options: LiveOptions,
  ) {
    this.#link = link;
    this.#clock = clock;
    this.#recordingOptions = recordingOptions;
    this.#options = options;
    const { monotonicNs, unixUs } = clock.anchor;
    this.header = {
      board: (link as Link).identity,
      startMonotonicNs: monotonicNs,
      startUnixUs: unixUs,
      timing: isStreaming((link as Link).board) ? 'device' : 'round-trip',
      samplingPriority: (link as Link).priority,
    };
    this.#last = this.header.board;
    this.#clocks = clock.follow();
    this.#faultWatch = new FaultWatch((link as Link).board, tellOnce(options.onNotice, (link as Link).board));
    this.#endNs = (recordingOptions.durationMs ?? Number.POSITIVE_INFINITY) * 1e6;
    // At once, or else what this thread has to do before it asks for blocks would be a silence of the board.
    this.#samples = this.#beginSampling();
  }

  async *blocks(): AsyncGenerator<FrameBlock> {
    let reason: EndReason = 'stopped';
    for (;;) {
      const outcome = yield* this.#sampleUntilEnd();
      if (outcome !== 'lost') {
        reason = outcome;
        break;
      }
      const lost = await this.#recover();
      yield eventBlock([lost]);
      if (!this.#link) {
        reason = this.#aborter.signal.aborted ? 'stopped' : 'board-lost';
        break;
      }
    }
    yield eventBlock([...this.#clocks.last(), { type: 'end', atNs: this.#endedNs, reason }]);
  }

  warnings(): readonly Warning[] {
    return this.#warnings;
  }

  handOver(): void {
    this.#link?.handOver();
  }

  stop(): void {
    this.#stoppedNs = Math.min(this.#stoppedNs, this.#clock.now());
    this.#aborter.abort();
    this.#link?.stop();
  }

  async close(): Promise<void> {
    this.stop();
    await this.#link?.close();
    this.#link = undefined;
  }

  #beginSampling(): ReturnType<Link['sample']> {
    const { rateHz, handOverMs } = this.#recordingOptions;
    const originNs = this.#clock.anchor.monotonicNs;
    return (this.#link as Link).sample({ originNs, rateHz, endNs: this.#endNs, handOverMs });
  }

  async *#sampleUntilEnd() {
    if (this.#aborter.signal.aborted) this.#link?.stop();
    for (;;) {
      const next = await this.#samples.next();
      if (next.done) return next.value;
      const block = next.value;
      if (block.count > 0) this.#lastNs = block.replyNs[block.count - 1] as number;
      yield* this.#faultWatch.split(block);
      const events = this.#clocks.due();
      if (events.length > 0) yield eventBlock(events);
    }
  }

  /** Waits for the board to come back, where it shall; the time axis goes on, so the silence is a gap. */
  async #recover(): Promise<RecordingEvent> {
    const { board } = this.header;
    const startNs = this.#lastNs;
    const which = board.name ? `${board.product} '${board.name}'` : board.product;
    const { reconnect, onNotice } = this.#options;
    onNotice(
      `${which} on ${board.port} went away${reconnect ? '; waiting for it' : ', and is not waited for'}`,
    );
    await this.#link?.close();
    this.#link = undefined;
    this.#link = reconnect ? await this.#backBeforeEnd((signal) => reconnect(board, signal)) : undefined;
    if (this.#link) this.#samples = this.#beginSampling();
    const endNs = this.#endedNs;
    if (this.#link) {
      const { identity } = this.#link;
      onNotice(`${which} is back on ${identity.port} after ${((endNs - startNs) / 1e9).toFixed(1)} s`);
      this.#warnings.push(...(await recalibration(this.#last, identity, endNs)));
      if (identity.calibration != null) this.#last = identity;
    }
    return { type: 'fault', kind: 'board-lost', startNs, endNs, bytesDropped: 0 };
  }

  /**
   * Waits with a signal that a stop request or the recording's end raises. By hand, since Node may collect what
   * `AbortSignal.any` was made of, a timeout above all, and then nothing ever raises it (nodejs/node issue 57736).
   */
  async #backBeforeEnd(wait: (signal: AbortSignal) => Promise<Link | undefined>): Promise<Link | undefined> {
    const ending = new AbortController();
    const end = () => ending.abort();
    const stopped = this.#aborter.signal;
    if (stopped.aborted) end();
    stopped.addEventListener('abort', end);
    const cancel = startTimer(this.#leftMs, end);
    try {
      const link = await wait(ending.signal);
      if (!ending.signal.aborted) return link;
      await link?.close(); // it answered when all was over, and is not back in this recording
      return undefined;
    } finally {
      cancel();
      stopped.removeEventListener('abort', end);
    }
  }

  /** Until the recording's end, ms. */
  get #leftMs(): number {
    return (this.#endNs - this.#clock.now()) / 1e6;
  }

  /**
   * The end, once it has come: not when this thread got to it, which would make a host that was slow to finish a board that
   * was silent. A last sample may lie behind what was asked for.
   */
  get #endedNs(): number {
    return Math.max(this.#lastNs, Math.min(this.#clock.now(), this.#endNs, this.#stoppedNs));
  }
}

/** Tells a person of each fault bit the first time that it rises. */
function tellOnce(
  tell: (text: string) => void,
  { product, faults }: Instrument,
): (event: RecordingEvent) => void {
  const told = new Set<number>();
  return (event) => {
    if (event.type !== 'board-fault' || told.has(event.bit)) return;
    told.add(event.bit);
    const title = faults?.bits.find(({ bit }) => bit === event.bit)?.title ?? 'a fault without a name';
    tell(`${product} raises a fault: ${title} (${event.name}), at ${(event.atNs / 1e9).toFixed(3)} s`);
  };
}
