import { boardFor } from '../../board/catalogue.js';
import type { RecordingClock } from '../../source/clock-watch.js';
import type { Recording, Source } from '../../source/source.js';
import { eventBlock, type FrameBlock } from '../../stream/frame-block.js';
import type { BoardIdentity, RecordingHeader } from '../../stream/recording-header.js';
import type { Warning } from '../../stream/warning.js';

const noProduct = { product: 'none', productId: 0 } as const;

/** Whether that is what stands in for a board, however it is wrapped. */
export const isNoBoard = ({ product, productId }: BoardIdentity): boolean =>
  product === noProduct.product && productId === noProduct.productId;

/** Stands in where no board is there: a recording with a start, an end, and nothing in between. */
export class EmptySource implements Source {
  readonly board = boardFor('benchlab')!;
  readonly identity: BoardIdentity;

  constructor(
    port: string,
    /** Why there is none. */
    readonly why: string,
  ) {
    this.identity = {
      id: this.board.id,
      ...noProduct,
      uid: null,
      name: null,
      firmware: null,
      port,
    };
  }

  start(clock: RecordingClock): Recording {
    return new EmptyRecording(clock, this.identity, {
      code: 'no-board',
      message: `nothing was measured: ${this.why}`,
    });
  }

  async close(): Promise<void> {}
}

class EmptyRecording implements Recording {
  readonly header: RecordingHeader;
  /** Resolves to the instant, ns. */
  readonly #stopped: Promise<number>;
  #stop: (atNs: number) => void = () => {};

  readonly #clock: RecordingClock;
  readonly #warning: Warning;

  constructor(clock: RecordingClock, board: BoardIdentity, warning: Warning) {
    this.#clock = clock;
    this.#warning = warning;
    const { monotonicNs, unixUs } = clock.anchor;
    this.header = { board, startMonotonicNs: monotonicNs, startUnixUs: unixUs, timing: 'round-trip' };
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  async *blocks(): AsyncGenerator<FrameBlock> {
    const atNs = await this.#stopped;
    yield eventBlock([{ type: 'end', atNs, reason: 'stopped' }]);
  }

  stop(): void {
    this.#stop(this.#clock.now());
  }

  warnings(): readonly Warning[] {
    return [this.#warning];
  }
}
