import type { Sink } from '../../sink/sink.js';
import type { RecordingHeader } from '../../stream/recording-header.js';
import type { SampleBlock } from '../../stream/sample-block.js';

/** A sink whose failure ends nothing but itself, and for which nothing waits. */
export class HarmlessSink implements Sink {
  #isFailed = false;

  constructor(
    readonly sink: Sink,
    readonly onFailure: (error: unknown) => void,
  ) {}

  begin(header: RecordingHeader): void {
    this.#step(() => this.sink.begin(header));
  }

  write(block: SampleBlock): void {
    this.#step(() => this.sink.write(block));
  }

  async finish(): Promise<void> {
    try {
      await this.sink.finish();
    } catch (error) {
      this.#fail(error);
    }
  }

  #step(action: () => void | Promise<void>): void {
    if (this.#isFailed) return;
    try {
      action()?.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#isFailed = true;
    this.onFailure(error);
  }
}
