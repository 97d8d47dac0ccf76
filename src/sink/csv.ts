import { FlushTurns } from '../file/flush-turns.js';
import { OutputFile, type OutputOptions } from '../file/output-file.js';
import type { RecordingHeader } from '../stream/recording-header.js';
import type { SampleRows } from '../stream/sample-block.js';
import type { Column } from './columns.js';
import { headerRow, RowWriter } from './row-writer.js';
import { Shortfall } from './shortfall.js';
import type { Sink } from './sink.js';

interface CsvOptions extends OutputOptions {
  readonly columns: readonly Column[];
}

/** What is handed to the system at once; two take turns, so that rows are written while the disk takes the last. */
const pieces = { count: 2, bytes: 1 << 20 };

/** @throws UserError (outputFailed) where the output can't be opened, or exists and is not forced. */
export const openCsv = async (options: CsvOptions): Promise<CsvSink> => new CsvSink(options);

/** The samples as CSV. */
export class CsvSink implements Sink {
  readonly shortfall: Shortfall;
  readonly #columns: readonly Column[];
  readonly #file: OutputFile;
  #writer: RowWriter | undefined;
  /** Which of the writer's pieces is being filled. */
  #turn: 0 | 1 = 0;
  #fillingLines = 0;
  /** Copies of full pieces, while the system still takes the one before. */
  readonly #aside: WaitingText[] = [];
  /** Where such copies were, for the next: a new one for each would have V8 look through its heap again and again. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #pending: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #reported = false;
  readonly #turns = new FlushTurns(() => this.#flushIfIdle());

  /** @throws UserError (outputFailed) where the output can't be opened. */
  constructor(options: CsvOptions) {
    this.#columns = options.columns;
    this.#file = new OutputFile(options);
    this.shortfall = new Shortfall(this.#file.name);
  }

  /** Rows that the system has taken: all of them once `finish` has resolved. */
  get rows(): number {
    return Math.max(0, this.#file.lines - 1);
  }

  /** False for standard output, pipes and devices. */
  get regularFile(): boolean {
    return this.#file.regular;
  }

  begin(header: RecordingHeader): Promise<void> {
    this.#writer = new RowWriter(this.#columns, header.startUnixUs, pieces);
    const [first] = this.#writer.pieces;
    first!.length = new TextEncoder().encodeInto(headerRow(this.#columns), first!.bytes).written;
    this.#fillingLines = 1;
    return this.#flush();
  }

  write(block: SampleRows): void | Promise<void> {
    this.#throwFailure();
    for (let row = this.#fill(block, 0); row < block.count; row = this.#fill(block, row)) this.#makeRoom();
    if (block.count > 0) this.#turns.come();
    if (this.#aside.length > 0) return this.#untilRoom();
  }

  async finish(): Promise<void> {
    this.#turns.stop();
    try {
      if (!this.#failure) await this.#flush();
      await this.#pending;
    } finally {
      await this.#file.close();
    }
    if (!this.#reported) this.#throwFailure();
  }

  #fill(block: SampleRows, from: number): number {
    if (!this.#writer) throw new Error('written before it began');
    const end = this.#writer.write(block, from, this.#writer.pieces[this.#turn]!);
    this.#fillingLines += end - from;
    return end;
  }

  #flushIfIdle(): boolean {
    if (this.#pending) return false;
    if (!this.#failure) void this.#flush();
    return true;
  }

  /** Hands the rows so far to the system; resolves when that has begun. */
  async #flush(): Promise<void> {
    while (this.#pending) await this.#pending;
    this.#throwFailure();
    if (this.#writer) this.#handOver(this.#writer);
  }

  /** Empties the piece that is being filled. */
  #makeRoom(): void {
    if (!this.#pending) {
      this.#handOver(this.#writer!);
      return;
    }
    const piece = this.#writer!.pieces[this.#turn]!;
    const { length } = piece;
    const bytes = this.#spare.pop() ?? new Uint8Array(piece.bytes.length);
    bytes.set(piece.bytes.subarray(0, length));
    this.#aside.push({ bytes, length, lines: this.#fillingLines });
    piece.length = 0;
    this.#fillingLines = 0;
  }

  async #untilRoom(): Promise<void> {
    while (this.#aside.length > 0 && !this.#failure) await this.#pending;
    this.#throwFailure();
  }

  #handOver({ pieces }: RowWriter): void {
    const piece = pieces[this.#turn]!;
    if (piece.length === 0) return;
    const lines = this.#fillingLines;
    this.#turn = this.#turn === 0 ? 1 : 0;
    this.#fillingLines = 0;
    this.#turns.went();
    this.#write({ bytes: piece.bytes, length: piece.length, lines }, () => {
      piece.length = 0;
    });
  }

  /** @param taken called when the system has the text */
  #write({ bytes, length, lines }: WaitingText, taken: () => void): void {
    this.#pending = this.#file
      .write(bytes.subarray(0, length), lines)
      .catch((error) => {
        this.#failure = { error };
      })
      .finally(() => {
        taken();
        this.#pending = undefined;
        const next = this.#failure ? undefined : this.#aside.shift();
        if (next) this.#write(next, () => this.#spare.push(next.bytes));
      });
  }

  #throwFailure(): void {
    if (!this.#failure) return;
    this.#reported = true;
    throw this.#failure.error;
  }
}

interface WaitingText {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of which so many bytes are text. */
  readonly length: number;
  readonly lines: number;
}
