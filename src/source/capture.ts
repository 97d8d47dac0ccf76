import type { Instrument } from '../board/board.js';
import { lastInstantNs } from '../capture/block-decoder.js';
import { identityOf, timingOf } from '../capture/header.js';
import type { CaptureReader } from '../capture/reader.js';
import type { RailMap } from '../measure/rail-map.js';
import type { HostFacts } from '../measure/summary.js';
import type { WireLimits } from '../measure/wires/limits.js';
import { eventBlock, type FrameBlock } from '../stream/frame-block.js';
import type { BoardIdentity, RecordingHeader } from '../stream/recording-header.js';
import type { Warning } from '../stream/warning.js';
import type { Recording, Source } from './source.js';

/** What a recording says of its circumstances, which a replay takes over. */
export interface RecordedFacts {
  readonly map: RailMap;
  readonly host: HostFacts;
  /** Of a power reading, as a share; null where the board's nominal one holds. */
  readonly accuracy: number | null;
}

/** A recording that is over, so that at its end its doubts are known. */
export interface FinishedRecording extends Recording {
  warnings(): readonly Warning[];
}

/** The samples of a capture, as fast as they can be read. */
export class CaptureSource implements Source {
  readonly board: Instrument;
  readonly identity: BoardIdentity;

  constructor(readonly reader: CaptureReader) {
    this.board = reader.board;
    this.identity = identityOf(reader.header);
  }

  get facts(): RecordedFacts {
    return this.reader.header;
  }

  get wireLimits(): WireLimits | undefined {
    return this.reader.header.wire_limits;
  }

  start(): FinishedRecording {
    return new Replay(this.reader, this.identity);
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}

class Replay implements FinishedRecording {
  readonly header: RecordingHeader;
  #stopped = false;

  constructor(
    readonly reader: CaptureReader,
    board: BoardIdentity,
  ) {
    const { start } = reader.header;
    this.header = {
      board,
      startMonotonicNs: null,
      startUnixUs: start.unix_us,
      timing: timingOf(reader.header),
      samplingPriority: reader.header.sampling_priority ?? null,
    };
  }

  async *blocks(): AsyncGenerator<FrameBlock> {
    let lastNs = 0;
    let ended = false;
    for await (const block of this.reader.blocks()) {
      yield block;
      lastNs = Math.max(lastNs, lastInstantNs(block));
      // It goes on behind the end, to find out what stands there.
      ended ||= block.events.some((event) => event.type === 'end');
      if (this.#stopped) break;
    }
    if (ended) return;
    // A capture that was cut off has no end of its own.
    yield eventBlock([{ type: 'end', atNs: lastNs, reason: this.#stopped ? 'stopped' : 'source-ended' }]);
  }

  stop(): void {
    this.#stopped = true;
  }

  warnings(): readonly Warning[] {
    return this.reader.warnings();
  }
}
