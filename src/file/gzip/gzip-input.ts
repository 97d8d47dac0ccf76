import { errorText } from '../../errors.js';
import { plural } from '../../units.js';
import type { ByteInput, GzipTear } from '../byte-input.js';
import { ByteWindow } from '../byte-window.js';
import { crc32 } from '../crc32.js';
import { Inflater } from './inflater.js';

interface Piece {
  readonly piece: Uint8Array;
  readonly isLastNul: boolean;
  readonly neverWritten: boolean;
}

const [id1, id2, deflate] = [0x1f, 0x8b, 8];
const headBytes = 10;
const trailerBytes = 8;
/** Flags of a member's head. */
const flag = { checksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };
const pieceBytes = 64 << 10;
/** More than a head's name or comment measures, and more NULs than compressed data has in a row. */
const farBytes = 64 << 10;
/** So many NULs show whether the data ended among them. */
const probeNuls = 4;
/** Of what stands behind the last member, for whoever wants to know what it is. */
const shownBytes = 64 << 10;

/**
 * Gzip's members, inflated one after another. Whatever is wrong with one, all that it gives before is handed out, as
 * zcat does it. NULs up to the end, which a power loss leaves, are not taken for compressed data: they would come
 * out as digits.
 */
export class GzipInput implements ByteInput {
  readonly compressed = true;
  tear: GzipTear | null = null;
  wholeMembers = 0;
  readonly #window: ByteWindow;
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #left: Uint8Array = new Uint8Array(0);
  #held = 0;
  #sure = 0;
  #whole = { fileBytes: 0, heldBytes: 0 };

  constructor(readonly raw: ByteInput) {
    this.#window = new ByteWindow(raw);
    this.#chunks = this.#members();
  }

  get name(): string {
    return this.raw.name;
  }

  get fault(): string | null {
    return this.tear?.kind === 'broken' ? this.tear.what : null;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#left.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return 0;
      this.#left = value;
    }
    const count = Math.min(into.length, this.#left.length);
    into.set(this.#left.subarray(0, count));
    this.#left = this.#left.subarray(count);
    return count;
  }

  close(): Promise<void> {
    return this.raw.close();
  }

  async *#members(): AsyncGenerator<Uint8Array> {
    while (await this.#window.ensure(1)) {
      if (!(await this.#passHead())) return;
      const inflater = new Inflater();
      try {
        if (!(yield* this.#inflate(inflater))) return;
      } finally {
        inflater.close();
      }
      this.wholeMembers++;
      this.#whole = { fileBytes: this.#window.offset, heldBytes: this.#held };
    }
  }

  /** False where no member begins there; then it is known what does. */
  async #passHead(): Promise<boolean> {
    const window = this.#window;
    await window.ensure(headBytes);
    const { bytes, at, available } = window;
    const begins = [id1, id2, deflate].every((byte, n) => n >= available || bytes[at + n] === byte);
    if (!begins && this.wholeMembers > 0) return this.#behind();
    const flags = bytes[at + 3]!;
    if (!begins || (available > 3 && (flags & flag.reserved) !== 0))
      return this.#broken('compressed in a way that is not known');
    if (available < headBytes) return this.#cut();
    window.at += headBytes;
    if (flags & flag.extra) {
      if (!(await window.ensure(2))) return this.#cut();
      const extraBytes = window.view.getUint16(window.at, true);
      if (!(await window.ensure(2 + extraBytes))) return this.#cut();
      window.at += 2 + extraBytes;
    }
    for (const text of [flag.name, flag.comment])
      if (flags & text) {
        await window.ensure(farBytes);
        const length = window.bytes.subarray(window.at, window.at + window.available).indexOf(0);
        if (length < 0) return this.#cut();
        window.at += length + 1;
      }
    if (flags & flag.checksum) {
      if (!(await window.ensure(2))) return this.#cut();
      window.at += 2;
    }
    return true;
  }

  /** One member's data and trailer; returns whether both are whole. */
  async *#inflate(inflater: Inflater): AsyncGenerator<Uint8Array, boolean> {
    const window = this.#window;
    let [checksum, length] = [0, 0];
    for (;;) {
      if (!(await window.ensure(1))) return this.#cut();
      const { piece, isLastNul, neverWritten } = await this.#nextPiece();
      try {
        const { bytes, ended, unused } = await inflater.push(piece);
        window.at += piece.length - unused;
        if (neverWritten && !ended) return this.#cut();
        if (bytes.length > 0) {
          checksum = crc32(bytes, checksum);
          length += bytes.length;
          this.#held += bytes.length;
          if (!isLastNul || ended) this.#sure = this.#held;
          yield bytes;
        }
        if (ended) break;
      } catch (error) {
        if (neverWritten || isLastNul) return this.#cut();
        const bytes = inflater.salvage();
        this.#held += bytes.length;
        yield bytes;
        return this.#broken(errorText(error));
      }
    }
    return this.#passTrailer(checksum, length);
  }

  /**
   * What to inflate next. NULs up to the end were never written, unless the data ends among them; a single one may be
   * the byte at which a cut happened to fall.
   */
  async #nextPiece(): Promise<Piece> {
    const window = this.#window;
    const front = () => window.bytes.subarray(window.at, window.at + Math.min(pieceBytes, window.available));
    const lastOther = front().findLastIndex((byte) => byte !== 0);
    if (lastOther >= 0)
      return { piece: front().subarray(0, lastOther + 1), isLastNul: false, neverWritten: false };
    const nuls = await this.#nulsToEnd();
    if (nuls > 0)
      return { piece: front().subarray(0, probeNuls), isLastNul: nuls === 1, neverWritten: nuls > 1 };
    const other = front().findIndex((byte) => byte !== 0);
    return {
      piece: front().subarray(0, other < 0 ? pieceBytes : other),
      isLastNul: false,
      neverWritten: false,
    };
  }

  /** How many NULs there are up to the end, or as far as one has to look; 0 where others are among them. */
  async #nulsToEnd(): Promise<number> {
    const window = this.#window;
    await window.ensure(farBytes);
    const rest = window.bytes.subarray(window.at, window.at + window.available);
    return rest.every((byte) => byte === 0) ? rest.length : 0;
  }

  async #passTrailer(checksum: number, length: number): Promise<boolean> {
    const window = this.#window;
    if (!(await window.ensure(trailerBytes))) return this.#cut();
    const expected = new DataView(new ArrayBuffer(trailerBytes));
    expected.setUint32(0, checksum, true);
    expected.setUint32(4, length % 2 ** 32, true);
    let fits = 0;
    while (fits < trailerBytes && window.bytes[window.at + fits] === expected.getUint8(fits)) fits++;
    window.at += fits;
    if (fits === trailerBytes) return true;
    return (await this.#nulsToEnd()) > 0 ? this.#cut() : this.#broken('its checksum does not fit');
  }

  async #behind(): Promise<false> {
    let count = 0;
    let behind: GzipTear['behind'] = null;
    const window = this.#window;
    while (await window.ensure(1)) {
      const rest = window.bytes.subarray(window.at, window.at + window.available);
      count += rest.length;
      const other = behind === null ? rest.findIndex((byte) => byte !== 0) : -1;
      if (other >= 0) {
        window.at += other;
        await window.ensure(shownBytes);
        const { at, offset, bytes, available } = window;
        behind = { at: offset, bytes: bytes.slice(at, at + Math.min(shownBytes, available)) };
        count += available - (rest.length - other);
        window.at += available;
      } else window.at += rest.length;
    }
    const what =
      behind === null
        ? plural(count, 'NUL')
        : `${plural(count, 'byte')} that ${count === 1 ? 'is' : 'are'} no gzip data`;
    return this.#tear('behind', `${what} behind its last gzip member`, behind);
  }

  #cut(): false {
    return this.#tear('cut', 'cut off inside a gzip member');
  }

  #broken(why: string): false {
    return this.#tear('broken', `broken gzip data (${why})`);
  }

  #tear(kind: GzipTear['kind'], what: string, behind: GzipTear['behind'] = null): false {
    this.tear = { kind, what, ...this.#whole, sureBytes: this.#sure, behind };
    return false;
  }
}
