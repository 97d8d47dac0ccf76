import type { Sink } from '../sink/sink.js';
import type { RecordingEvent } from '../stream/event.js';
import { eventBlock, type FrameBlock } from '../stream/frame-block.js';
import type { RecordingHeader } from '../stream/recording-header.js';
import type { SampleBlock } from '../stream/sample-block.js';

/**
 * How many samples may wait for a sink: ten seconds at 20 kHz, more than three minutes at 1 kHz. That is 46 MB of BENCHLAB's
 * frames, 80 MB of BENCHLAB 2's, which all sinks that wait for the same samples share.
 */
const mostWaitingSamples = 200_000;

interface FanOutOptions {
  readonly frameBytes: number;
  /** Makes samples of frames, lent until the next call. */
  readonly decode: (raw: FrameBlock) => SampleBlock;
  /** The samples come whether or not they are taken. */
  readonly live: boolean;
  /** Called when a sink fails. Returns true where it is not to be finished either. */
  readonly onError: (error: unknown, sink: Sink) => boolean;
  /** For a person, the first time that a sink loses samples. */
  readonly onNotice: (text: string) => void;
  /** Another bound than the usual one, for tests. */
  readonly mostWaitingSamples?: number;
}

/**
 * Hands every block to every sink, each at its own pace: where one is not ready, the frames are copied and wait for it, and it
 * alone. While all keep up nothing is copied. A source that is not live waits for all of them, and nothing is ever lost.
 */
export class FanOut {
  readonly #lanes: readonly Lane[];

  constructor(
    sinks: readonly Sink[],
    readonly options: FanOutOptions,
  ) {
    this.#lanes = sinks.map((sink) => new Lane(sink, options));
  }

  /** What it returns is when the source may go on: at once where there is nothing. */
  begin(header: RecordingHeader): Promise<unknown> | undefined {
    for (const lane of this.#lanes) lane.begin(header);
    return this.#ready();
  }

  /** Hands on a block, whose frames are only lent; what it returns is when the source may go on, as of `begin`. */
  write(raw: FrameBlock): Promise<unknown> | undefined {
    const block = this.options.decode(raw);
    let copy: FrameBlock | undefined;
    const copied = (): FrameBlock => {
      copy ??= copyOf(raw, this.options.frameBytes);
      return copy;
    };
    for (const lane of this.#lanes) lane.write(block, copied);
    return this.#ready();
  }

  /** Hands over what waits, and finishes every sink; none of them waits for another. */
  async finish(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.finish()));
  }

  #ready(): Promise<unknown> | undefined {
    if (this.options.live) return undefined;
    const busy = this.#lanes.flatMap((lane) => lane.busy ?? []);
    return busy.length > 0 ? Promise.all(busy) : undefined;
  }
}

/** One sink, and what waits for it. */
class Lane {
  /** Resolves when the sink has taken all that waits; undefined where it can take the next block at once. */
  busy: Promise<void> | undefined;
  readonly #sink: Sink;
  readonly #options: FanOutOptions;
  #waiting: FrameBlock[] = [];
  #waitingSamples = 0;
  /** It is full, and takes nothing until half of what waits is gone: a few gaps that show, not one in every block. */
  #losing = false;
  /** What was lost behind the last block that waits. */
  #loss: Loss | undefined;
  #failed = false;
  #dropped = false;

  constructor(sink: Sink, options: FanOutOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  begin(header: RecordingHeader): void {
    this.#step(() => this.#sink.begin(header));
  }

  /** @param copied Gives the block's frames, to keep. */
  write(block: SampleBlock, copied: () => FrameBlock): void {
    if (this.#failed) return;
    if (!this.busy) this.#step(() => this.#sink.write(block));
    else if (this.#hasRoom(block.count)) this.#await(copied());
    else this.#lose(block);
  }

  async finish(): Promise<void> {
    await this.busy;
    if (this.#dropped) return;
    try {
      await this.#sink.finish();
    } catch (error) {
      this.#fail(error);
    }
  }

  #step(action: () => void | Promise<void>): void {
    try {
      const pending = action();
      if (pending) this.busy = this.#catchUp(pending);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #catchUp(pending: Promise<void>): Promise<void> {
    try {
      await pending;
      for (let next = this.#next(); next; next = this.#next())
        await this.#sink.write(this.#options.decode(next));
    } catch (error) {
      this.#fail(error);
    }
    this.busy = undefined;
  }

  #next(): FrameBlock | undefined {
    const next = this.#waiting.shift() ?? this.#lossBlock();
    this.#waitingSamples -= next?.count ?? 0;
    return next;
  }

  #hasRoom(samples: number): boolean {
    if (!this.#sink.shortfall || samples === 0) return true;
    const most = this.#options.mostWaitingSamples ?? mostWaitingSamples;
    this.#losing = this.#waitingSamples + samples > (this.#losing ? most / 2 : most);
    return !this.#losing;
  }

  #await(block: FrameBlock): void {
    const loss = this.#lossBlock();
    if (loss) this.#waiting.push(loss);
    this.#waiting.push(block);
    this.#waitingSamples += block.count;
  }

  /** The samples are lost to this sink; events never are. */
  #lose({ count, timeUs, earliestNs, latestNs, events }: SampleBlock): void {
    const shortfall = this.#sink.shortfall!;
    const [firstUs, lastUs] = [timeUs[0]!, timeUs[count - 1]!];
    if (shortfall.samples === 0)
      this.#options.onNotice(
        `${shortfall.name} does not take samples as fast as they come, and lacks some from ${(firstUs / 1e6).toFixed(3)} s on; nothing else waits for it`,
      );
    shortfall.add(count, firstUs, lastUs);
    this.#loss ??= { startNs: earliestNs[0]!, endNs: 0, samples: 0 };
    this.#loss.endNs = latestNs[count - 1]!;
    this.#loss.samples += count;
    if (events.length > 0) this.#await(eventBlock(events));
  }

  /** Tells the sink what it lacks, in its place: a gap in a capture has its cause. */
  #lossBlock(): FrameBlock | undefined {
    if (!this.#loss) return undefined;
    const event: RecordingEvent = { type: 'fault', kind: 'overrun', ...this.#loss };
    this.#loss = undefined;
    return eventBlock([event]);
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#waiting = [];
    this.#dropped = this.#options.onError(error, this.#sink);
  }
}

interface Loss {
  readonly startNs: number;
  endNs: number;
  samples: number;
}

const copyOf = (
  { count, frames, requestNs, replyNs, events }: FrameBlock,
  frameBytes: number,
): FrameBlock => ({
  count,
  frames: new Uint8Array(frames.subarray(0, count * frameBytes)), // not `slice`, which of a Buffer is a view
  requestNs: requestNs.slice(0, count),
  replyNs: replyNs.slice(0, count),
  events,
});
