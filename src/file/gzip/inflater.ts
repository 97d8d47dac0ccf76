import type { TransformOptions } from 'node:stream';
import { constants, createInflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib';

/** What one push gave. */
interface Inflated {
  readonly bytes: Uint8Array;
  /** Whether the data ended with it. */
  readonly ended: boolean;
  /** Pushed bytes that stand behind the end. */
  readonly unused: number;
}

const none = new Uint8Array(0);
/** What is pushed is kept to look for a fault in it, up to so much. */
const keptBytesMax = 4 << 20;
const salvageBytesMax = 1 << 28;
/** Nothing but a push makes it go on, so its buffer has to take whatever a piece inflates to. */
const options: ZlibOptions & TransformOptions = { chunkSize: 1 << 16, readableHighWaterMark: 1 << 30 };

/** Inflates one run of deflate data piece by piece, and says to the byte where it ends. */
export class Inflater {
  readonly #stream = createInflateRaw(options);
  #pushed = 0;
  #given = 0;
  #kept: Uint8Array[] | null = [];

  constructor() {
    this.#stream.on('error', () => {}); // `push` throws it
  }

  /** @throws an error of zlib's where the data is broken */
  async push(piece: Uint8Array): Promise<Inflated> {
    this.#keep(piece);
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null) => {
        this.#stream.off('error', done);
        if (error) reject(error);
        else resolve();
      };
      this.#stream.once('error', done);
      this.#stream.write(piece, done);
    });
    this.#pushed += piece.length;
    const bytes: Uint8Array = this.#stream.read() ?? none;
    this.#given += bytes.length;
    const unused = this.#pushed - this.#stream.bytesWritten;
    return { bytes, ended: unused > 0, unused };
  }

  /**
   * After a push that failed: what the data gives before the byte that is wrong, and has not been given yet. Node
   * keeps that to itself, so the longest beginning that can be inflated is looked for.
   */
  salvage(): Uint8Array {
    if (!this.#kept) return none;
    const all = Buffer.concat(this.#kept);
    let best: Uint8Array = none;
    for (let [good, bad] = [this.#pushed, all.length]; bad - good > 1; ) {
      const middle = (good + bad) >> 1;
      const inflated = inflateStart(all.subarray(0, middle));
      if (!inflated) bad = middle;
      else [good, best] = [middle, inflated];
    }
    return best.subarray(Math.min(this.#given, best.length));
  }

  close(): void {
    this.#stream.destroy();
  }

  #keep(piece: Uint8Array): void {
    if (!this.#kept) return;
    if (this.#pushed + piece.length > keptBytesMax) this.#kept = null;
    else this.#kept.push(piece.slice());
  }
}

function inflateStart(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const { Z_SYNC_FLUSH } = constants;
    return inflateRawSync(bytes, { finishFlush: Z_SYNC_FLUSH, maxOutputLength: salvageBytesMax });
  } catch {
    return undefined;
  }
}
