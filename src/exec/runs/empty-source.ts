import type { Instrument } from '../../board/board.js';
import { boardFor, boards } from '../../board/catalogue.js';
import { UserError } from '../../errors.js';
import { chosenWiring, type MapChoice, ownMap } from '../../measure/rail-map.js';
import type { OutputChoice } from '../../session/outputs.js';
import { chooseColumns } from '../../sink/column-choice.js';
import type { RecordingClock } from '../../source/clock-watch.js';
import type { OpenOptions } from '../../source/open-board.js';
import type { Recording, Source } from '../../source/source.js';
import { eventBlock, type FrameBlock } from '../../stream/frame-block.js';
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
  readonly outputs: OutputChoice;
}

/** What any recording has, measured or not. */
const instants = 'time_s,unix_time_s';

/**
 * What is recorded where no board is there. It is taken for the first known one that has the rails and the columns that are wanted; where
 * none has them they may be those of a board that only its owner knows, and the instants are left: what is asked of a board that is not
 * there keeps no command from running.
 */
export function standIn({ ports, open, map, outputs }: Asked, why: string) {
  const likeliest = open.own ?? boardFor('benchlab')!;
  const fitting = [likeliest, ...boards.toReversed()].find((each) => {
    try {
      return chooseColumns(each, chosenWiring(each, map), outputs.columns).length > 0;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return false;
    }
  });
  const some = [new EmptySource(fitting ?? likeliest, ports.join(', '), why)];
  return fitting ? { some, map, outputs } : { some, map: ownMap, outputs: { ...outputs, columns: instants } };
}

/** Stands in where no board is there: a recording with a start, an end, and nothing in between. */
class EmptySource implements Source {
  readonly identity: BoardIdentity;

  constructor(
    readonly board: Instrument,
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
