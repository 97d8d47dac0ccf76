import { FlushTurns } from '../file/flush-turns.js';
import { OutputFile } from '../file/output-file.js';
import { Shortfall } from '../sink/shortfall.js';
import type { Sink } from '../sink/sink.js';
import type { RecordingHeader } from '../stream/recording-header.js';
import type { SampleBlock } from '../stream/sample-block.js';
import { tool } from '../tool.js';
import { CaptureEncoder, encodePreamble } from './encoder.js';
import { type CaptureFacts, captureHeader } from './header.js';

interface CaptureOptions extends Omit<CaptureFacts, 'tool'> {
  /** `.gz` at its end compresses. */
  readonly path: string;
  /** Overwrites what exists. */
  readonly force: boolean;
}

/** What may wait for a slow disk before the next block has to. */
const queueBytes = 8 << 20;

/** @throws UserError (outputFailed) where the file can't be opened, or exists and is not forced. */
export const openCaptureSink = (options: CaptureOptions): CaptureSink => new CaptureSink(options);

/** The frames as they came, and when, as a capture. */
export class CaptureSink implements Sink {
  readonly shortfall: Shortfall;
  readonly #file: OutputFile;
  readonly #facts: CaptureFacts;
  #encoder: CaptureEncoder | undefined;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** Of what is queued: the preamble is none. */
  #queuedBlocks = 0;
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #reported = false;
  readonly #turns = new FlushTurns(() => this.#flush());

  constructor({ path, force, ...facts }: CaptureOptions) {
    this.#facts = { ...facts, tool: { name: tool.name, version: tool.version } };
    this.#file = new OutputFile({ path, force, durable: true, unit: 'block' });
    this.shortfall = new Shortfall(this.#file.name);
  }

  /** Resolves when the header has been written. */
  async begin(header: RecordingHeader): Promise<void> {
    this.#enqueue(encodePreamble(captureHeader(this.#facts, header)));
    this.#encoder = new CaptureEncoder(this.#facts.board.frameBytes, (block) => {
      this.#enqueue(block);
      this.#queuedBlocks++;
    });
    this.#flush();
    await this.#writing;
    this.#throwFailure();
  }

  write(block: SampleBlock): void | Promise<void> {
    this.#throwFailure();
    if (!block.frames) throw new Error('a capture keeps frames, and there are none');
    this.#encoder!.push(block.frames);
    this.#turns.come();
    if (this.#queuedBytes > queueBytes) return this.#drain();
  }

  async finish(): Promise<void> {
    this.#turns.stop();
    try {
      await this.#drain();
    } finally {
      await this.#file.close();
    }
  }

  async #drain(): Promise<void> {
    do {
      this.#flush();
      await this.#writing;
    } while (this.#queuedBytes > 0 && !this.#failure);
    if (!this.#reported) this.#throwFailure();
  }

  #enqueue(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
  }

  /**
   * Closes the block in progress and hands what is queued to the system, one write at a time: false where the last is
   * under way.
   */
  #flush(): boolean {
    this.#encoder?.flush();
    if (this.#writing) return false;
    if (this.#failure || this.#queue.length === 0) return true;
    const bytes = this.#queue.length === 1 ? this.#queue[0]! : Buffer.concat(this.#queue);
    const blocks = this.#queuedBlocks;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#queuedBlocks = 0;
    this.#writing = this.#file
      .write(bytes, blocks)
      .catch((error) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#writing = undefined;
      });
    return true;
  }

  #throwFailure(): void {
    if (!this.#failure) return;
    this.#reported = true;
    throw this.#failure.error;
  }
}
