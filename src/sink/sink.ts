import type { RecordingHeader } from '../stream/recording-header.js';
import type { Block } from '../stream/sample-block.js';

/**
 * Takes blocks. Opened (its file created) before the measurement starts, so that a bad path fails early; a sink that
 * fails throws a `UserError` with `ExitCode.outputFailed`.
 */
export interface Sink {
  begin(header: RecordingHeader): void | Promise<void>;
  /** The block is only lent: what outlives the call is copied. */
  write(block: Block): void | Promise<void>;
  /** After the last block: everything is on disk when this resolves. Also called after a failure elsewhere. */
  finish(): Promise<void>;
}
