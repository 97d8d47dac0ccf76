import { unwatchedMs } from '../link/link.js';
import type { Recording, Source } from '../source/source.js';
import type { CommandEvent, Mark, MarksEvent } from '../stream/command-event.js';
import { eventBlock, type FrameBlock } from '../stream/frame-block.js';
import type { RecordingHeader } from '../stream/recording-header.js';
import type { Warning } from '../stream/warning.js';

/**
 * What was noted goes with the next block of the source, which wakes nobody more. Where none comes, as while a board is away, it
 * goes by itself after this long: as old as a sample gets.
 */
const byItselfMs = unwatchedMs + 50;

/** More are another event: with names of a kilobyte, all of it to be escaped, this many fit into a block of a capture. */
const marksPerEvent = 256;

/**
 * A source with what is said beside it, in one stream. Its recording ends when it is stopped, also where the source has ended
 * before: what is still going on then is told up to its end.
 */
export class AnnotatedSource implements Source {
  readonly board;
  readonly identity;
  #recording: AnnotatedRecording | undefined;

  /**
   * @param first what stands in front of the first sample
   * @param onEnd is called when no more samples come
   */
  constructor(
    readonly source: Source,
    readonly first: readonly CommandEvent[],
    readonly onEnd: () => void,
  ) {
    this.board = source.board;
    this.identity = source.identity;
  }

  start(...how: Parameters<Source['start']>): Recording {
    this.#recording = new AnnotatedRecording(this.source.start(...how), this.first, this.onEnd);
    return this.#recording;
  }

  /** Says it in the recording, which has been started. */
  note(event: CommandEvent): void {
    this.#recording!.note(event);
  }

  close(): Promise<void> {
    return this.source.close();
  }
}

class AnnotatedRecording implements Recording {
  readonly #recording: Recording;
  readonly #onEnd: () => void;
  #noted: CommandEvent[];
  #gathering: { readonly event: MarksEvent; readonly marks: Mark[] } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #due = false;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(recording: Recording, first: readonly CommandEvent[], onEnd: () => void) {
    this.#recording = recording;
    this.#noted = [...first];
    this.#onEnd = onEnd;
  }

  get header(): RecordingHeader {
    return this.#recording.header;
  }

  get live(): boolean {
    return this.#recording.live ?? false;
  }

  /** Marks that follow one another are gathered. */
  note(event: CommandEvent): void {
    if (event.type === 'marks') this.#gather(event);
    else {
      this.#gathering = undefined;
      this.#noted.push(event);
    }
    this.#timer ??= setTimeout(() => {
      this.#due = true;
      this.#wake();
    }, byItselfMs).unref();
  }

  #gather({ type, run, marks }: MarksEvent): void {
    for (const mark of marks) {
      if (this.#gathering?.event.run !== run || this.#gathering.marks.length === marksPerEvent) {
        const gathered: Mark[] = [];
        this.#gathering = { event: { type, run, marks: gathered }, marks: gathered };
        this.#noted.push(this.#gathering.event);
      }
      this.#gathering.marks.push(mark);
    }
  }

  async *blocks(): AsyncGenerator<FrameBlock> {
    const source = this.#recording.blocks()[Symbol.asyncIterator]();
    let arrived: IteratorResult<FrameBlock, unknown> | undefined;
    let failure: { readonly error: unknown } | undefined;
    // Not `Promise.race`, which keeps something of every race.
    const ask = (): void => {
      arrived = undefined;
      source.next().then(
        (next) => {
          arrived = next;
          this.#wake();
        },
        (error: unknown) => {
          failure = { error };
          this.#wake();
        },
      );
    };
    try {
      yield* this.#taken();
      ask();
      for (;;) {
        while (!arrived && !failure && !this.#due) await this.#awake();
        yield* this.#taken();
        if (failure || arrived?.done) break;
        if (!arrived) continue;
        const { value: block } = arrived;
        if (block.events.some(({ type }) => type === 'end')) {
          if (block.count > 0) yield { ...block, events: [] };
          break;
        }
        yield block;
        ask();
      }
      this.#onEnd();
      while (!this.#stopped) {
        if (!this.#due) await this.#awake();
        yield* this.#taken();
      }
      yield* this.#taken();
      if (failure) throw failure.error;
      if (arrived && !arrived.done) yield eventBlock(arrived.value.events);
    } finally {
      clearTimeout(this.#timer);
      this.#recording.stop();
      // What is still under way ends with the source.
      if (arrived) await source.return?.();
    }
  }

  async #awake(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  *#taken(): Generator<FrameBlock> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = false;
    this.#gathering = undefined;
    if (this.#noted.length > 0) yield eventBlock(this.#noted.splice(0));
  }

  stop(): void {
    this.#stopped = true;
    this.#recording.stop();
    this.#wake();
  }

  handOver(): void {
    this.#recording.handOver?.();
  }

  warnings(): readonly Warning[] {
    return this.#recording.warnings?.() ?? [];
  }
}
