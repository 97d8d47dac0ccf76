import type { RecordingHeader } from '../stream/recording-header.js';
import type { SampleBlock } from '../stream/sample-block.js';
import type { Shortfall } from './shortfall.js';

/**
 * Takes blocks, at its own pace. Opened (its file created) before the measurement starts, so that a bad path fails early; a
 * sink that fails throws a `UserError` with `ExitCode.outputFailed`.
 */
export interface Sink {
  /** Counts what it lacks where it can't keep up with a board. A sink without one lacks nothing, however much has to wait for it. */
  readonly shortfall?: Shortfall;
  /** Resolves when it can take the first block. */
  begin(header: RecordingHeader): void | Promise<void>;
  /**
   * Takes what it needs of the block before it returns, since the block is only lent. What it returns is about the next one:
   * nothing where it can take that at once, or a promise that resolves when it can.
   */
  write(block: SampleBlock): void | Promise<void>;
  /** After the last block: everything is on disk when this resolves. Also called after a failure elsewhere. */
  finish(): Promise<void>;
}
