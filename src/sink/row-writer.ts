import type { Block } from '../block.js';
import { missingValue } from '../board/frame.js';
import type { Column } from './columns.js';
import {
  overshootBytes,
  putDeci,
  putDecimal,
  putInteger,
  putMicroFraction,
  putMilli,
} from './decimal-text.js';

/** Text under way: `bytes[0 … length-1]` is valid. */
export class TextBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** A comma, a sign, the 17 digits of the largest exact double, a point and a leading zero. */
const maxCellBytes = 24;
const comma = 0x2c;
const newline = 0x0a;
/** Added to a cell's decimals where a probe may be unplugged. */
const mayBeMissing = 8;

/** The header row for these columns, with its line end. */
export const headerRow = (columns: readonly Column[]): string =>
  `${columns.map(({ name }) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',')}\n`;

/**
 * Writes samples as CSV rows (RFC 4180, `\n`) into a buffer: integers straight to bytes, nothing allocated per row.
 * The columns come in the order of `csvColumns`: both instants, sums, channels.
 */
export class RowWriter {
  /** A buffer of this many bytes takes a row, whatever its values. */
  readonly maxRowBytes: number;
  readonly #sumIndexes: readonly number[];
  readonly #channelIndexes: readonly number[];
  readonly #channelModes: Uint8Array;
  readonly #sums: Float64Array[] = [];
  readonly #channels: Int32Array[] = [];
  readonly #time = new SecondsText('');
  readonly #unixTime = new SecondsText(',');
  readonly #startUnixUs: number | null;

  /** @param startUnixUs UTC of the instant 0, µs since 1970; null leaves `unix_time_s` empty. */
  constructor(columns: readonly Column[], startUnixUs: number | null) {
    const order = ['time', 'unix-time', 'sum', 'channel'];
    const ranks = columns.map(({ source }) => order.indexOf(source.kind));
    if (
      ranks[0] !== 0 ||
      ranks[1] !== 1 ||
      ranks.some((rank, n) => n > 1 && (rank < 2 || rank < ranks[n - 1]!))
    )
      throw new Error('columns out of order: both instants, sums, channels');
    const sources = columns.map(({ source }) => source);
    this.#sumIndexes = sources.flatMap((source) => (source.kind === 'sum' ? [source.index] : []));
    this.#channelIndexes = sources.flatMap((source) => (source.kind === 'channel' ? [source.index] : []));
    this.#channelModes = Uint8Array.from(
      columns.flatMap(({ source, decimals }) =>
        source.kind === 'channel' ? [decimals + (source.missing ? mayBeMissing : 0)] : [],
      ),
    );
    this.#startUnixUs = startUnixUs;
    this.maxRowBytes = columns.length * maxCellBytes + overshootBytes;
  }

  /**
   * Appends the block's rows from `fromRow` on, until the block ends or the buffer might not take another. Returns
   * the first row not written.
   */
  write(block: Block, fromRow: number, out: TextBuffer): number {
    this.#gatherSums(block);
    this.#gatherChannels(block);
    const { view } = out;
    const last = view.byteLength - this.maxRowBytes;
    let at = out.length;
    let row = fromRow;
    for (; row < block.count && at <= last; row++) at = this.#putRow(view, at, block.timeUs[row]!, row);
    out.length = at;
    return row;
  }

  #putRow(view: DataView, start: number, us: number, row: number): number {
    const sums = this.#sums;
    const channels = this.#channels;
    const modes = this.#channelModes;
    let at = this.#time.put(view, start, us);
    if (this.#startUnixUs === null) view.setUint8(at++, comma);
    else at = this.#unixTime.put(view, at, this.#startUnixUs + us);
    for (let n = 0; n < sums.length; n++) at = putMilli(view, at, sums[n]![row]!);
    for (let n = 0; n < channels.length; n++) {
      const value = channels[n]![row]!;
      const mode = modes[n]!;
      if (mode === 3) at = putMilli(view, at, value);
      else if (mode >= mayBeMissing && value === missingValue) view.setUint8(at++, comma);
      else at = putByDecimals(view, at, value, mode & (mayBeMissing - 1));
    }
    view.setUint8(at++, newline);
    return at;
  }

  #gatherSums(block: Block): void {
    this.#sumIndexes.forEach((index, n) => {
      this.#sums[n] = block.powerMw[index]!;
    });
  }

  #gatherChannels(block: Block): void {
    this.#channelIndexes.forEach((index, n) => {
      const channel = block.channels[index];
      if (!channel) throw new Error(`channel ${index} was not decoded`);
      this.#channels[n] = channel;
    });
  }
}

function putByDecimals(view: DataView, at: number, value: number, decimals: number): number {
  switch (decimals) {
    case 0:
      return putInteger(view, at, value);
    case 1:
      return putDeci(view, at, value);
    case 3:
      return putMilli(view, at, value);
    default:
      throw new Error(`no cell has ${decimals} decimals`);
  }
}

/** Instants in µs as seconds with six decimals; the whole seconds' digits are kept from row to row. */
class SecondsText {
  readonly #kept = new DataView(new ArrayBuffer(32));
  readonly #prefixBytes: number;
  #bytes = 0;
  #secondUs = Number.NaN;

  constructor(prefix: string) {
    this.#prefixBytes = prefix.length;
    for (let n = 0; n < prefix.length; n++) this.#kept.setUint8(n, prefix.charCodeAt(n));
  }

  put(view: DataView, at: number, us: number): number {
    let micro = us - this.#secondUs;
    if (!(micro >= 0 && micro < 1e6)) {
      if (us < 0) return this.#putNegative(view, at, us);
      const second = Math.floor(us / 1e6);
      this.#secondUs = second * 1e6;
      this.#bytes = putDecimal(this.#kept, this.#prefixBytes, second, 0);
      micro = us - this.#secondUs;
    }
    for (let n = 0; n < this.#bytes; n += 4) view.setUint32(at + n, this.#kept.getUint32(n, true), true);
    return putMicroFraction(view, at + this.#bytes, micro);
  }

  #putNegative(view: DataView, at: number, us: number): number {
    for (let n = 0; n < this.#prefixBytes; n++) view.setUint8(at + n, this.#kept.getUint8(n));
    return putDecimal(view, at + this.#prefixBytes, us, 6);
  }
}
