import type { Instrument } from '../../board/board.js';
import { boardFor } from '../../board/catalogue.js';
import { UserError } from '../../errors.js';
import { chosenWiring, type MapChoice, ownMap, type RailMap } from '../../measure/rail-map.js';
import type { RecordingClock } from '../../source/clock-watch.js';
import type { OpenOptions } from '../../source/open-board.js';
import type { Recording, Source } from '../../source/source.js';
import type { FrameBlock } from '../../stream/frame-block.js';
import type { BoardIdentity, RecordingHeader } from '../../stream/recording-header.js';
import type { Warning } from '../../stream/warning.js';

const noProduct = { product: 'none', productId: 0 } as const;

/** Whether that is what stands in for a board, however it is wrapped. */
export const isNoBoard = ({ product, productId }: BoardIdentity): boolean =>
  product === noProduct.product && productId === noProduct.productId;

/** What was asked for, and is not there. */
interface Asked {
  readonly ports: readonly string[];
  readonly open: Pick<OpenOptions, 'own'>;
  readonly map: MapChoice;
}

/** What is recorded where no board is there. A map may be right for the board that is not: it keeps no command from running. */
export const standIn = (asked: Asked, why: string) => ({
  some: [new EmptySource(asked, why)],
  map: (board: Instrument): RailMap => {
    try {
      return chosenWiring(board, asked.map).map;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return ownMap(board);
    }
  },
});

/** Stands in where no board is there: a recording with a start, an end, and nothing in between. */
class EmptySource implements Source {
  readonly board: Instrument;
  readonly identity: BoardIdentity;

  constructor(
    { ports, open }: Asked,
    /** Why there is none. */
    readonly why: string,
  ) {
    this.board = open.own ?? boardFor('benchlab')!;
    this.identity = {
      id: this.board.id,
      ...noProduct,
      uid: null,
      name: null,
      firmware: null,
      port: ports.join(', '),
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
    const none = new Float64Array(0);
    yield {
      count: 0,
      frames: new Uint8Array(0),
      requestNs: none,
      replyNs: none,
      events: [{ type: 'end', atNs, reason: 'stopped' }],
    };
  }

  stop(): void {
    this.#stop(this.#clock.now());
  }

  warnings(): readonly Warning[] {
    return [this.#warning];
  }
}
