import type { Instrument } from '../../board/board.js';
import { type FrameDecoder, makeFrameDecoder } from '../../board/frame.js';
import { sumComponents, type Wiring } from '../../measure/rail-map.js';
import type { FrameBlock } from '../../stream/frame-block.js';
import type { SampleRows } from '../../stream/sample-block.js';

/** Makes instants and powers of frames, and nothing else: a page waits for it. */
export class PowerDecoder {
  readonly #board: Instrument;
  readonly #wiring: Wiring;
  readonly #decode: FrameDecoder;
  readonly #wanted: ReadonlySet<number>;

  constructor(board: Instrument, wiring: Wiring) {
    this.#board = board;
    this.#wiring = wiring;
    this.#decode = makeFrameDecoder(board);
    this.#wanted = new Set([...board.rails, ...board.wires].map(({ power }) => power));
  }

  decode({ count, frames, requestNs, replyNs }: FrameBlock): SampleRows {
    const timeUs = new Float64Array(count);
    for (let row = 0; row < count; row++) timeUs[row] = Math.round((requestNs[row]! + replyNs[row]!) / 2000);
    const channels = this.#board.fields.map((_, n) =>
      this.#wanted.has(n) ? new Int32Array(count) : undefined,
    );
    const powerMw = this.#wiring.sums.map(() => new Float64Array(count));
    this.#decode(frames, count, channels);
    sumComponents(this.#wiring, this.#board, channels, count, powerMw);
    return { count, timeUs, channels, powerMw };
  }
}
