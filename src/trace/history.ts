import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryFolder } from '../file/folder/temporary-folder.js';
import type { Sink } from '../sink/sink.js';
import type { RecordingHeader } from '../stream/recording-header.js';
import type { SampleRows } from '../stream/sample-block.js';

/** Samples side by side; rows `0 … count-1` are valid. */
export interface HistoryChunk {
  count: number;
  /** Whole µs since the recording began. */
  readonly timeUs: Float64Array;
  /** By component, whole mW. */
  readonly powerMw: readonly (Int32Array | Float64Array)[];
}

const rowsPerChunk = 8192;
/** What is kept in memory; a temporary file takes the rest. */
const memoryBytesMax = 32 * 1024 * 1024;

/**
 * Keeps every component's power over the whole recording, since marks become known late: what a phase cost can only
 * be evaluated when the command has ended. Beyond 32 MB the older part goes to a temporary file that has no name.
 */
export class PowerHistory implements Sink {
  header: RecordingHeader | null = null;
  /** Instant of the last sample, µs; -Infinity before the first. */
  lastUs = Number.NEGATIVE_INFINITY;
  samples = 0;

  readonly #chunks: StoredChunk[] = [];
  #current: StoredChunk | null = null;
  #file: FileHandle | null = null;
  #fileBytes = 0;
  #spilled = 0;
  /** No place for a temporary file: then memory has to do. */
  #spillFailed = false;
  #finished = false;
  #waiting: { readonly us: number; readonly resolve: () => void }[] = [];

  readonly #memoryBytes: number;

  /** @param components how many columns: the components, `system` among them, and behind them rails that were calibrated */
  constructor(
    readonly components: number,
    memoryBytes = memoryBytesMax,
  ) {
    this.#memoryBytes = memoryBytes;
  }

  begin(header: RecordingHeader): void {
    this.header = header;
  }

  write(rows: SampleRows): void | Promise<void> {
    const { count, timeUs } = rows;
    const powerMw = columnsOf(rows);
    for (let row = 0; row < count; ) {
      if (!this.#current || this.#current.count === rowsPerChunk) {
        this.#current = newChunk(this.components);
        this.#chunks.push(this.#current);
      }
      const chunk = this.#current;
      const take = Math.min(rowsPerChunk - chunk.count, count - row);
      chunk.timeUs.set(timeUs.subarray(row, row + take), chunk.count);
      for (let c = 0; c < this.components; c++)
        chunk.powerMw[c]!.set(powerMw[c]!.subarray(row, row + take), chunk.count);
      chunk.count += take;
      row += take;
    }
    if (count > 0) this.lastUs = timeUs[count - 1]!;
    this.samples += count;
    this.#wakeUp();
    const heldBytes = (this.#chunks.length - this.#spilled) * chunkBytes(this.components);
    if (heldBytes > this.#memoryBytes && !this.#spillFailed) return this.#spill();
  }

  async finish(): Promise<void> {
    this.#finished = true;
    this.#wakeUp();
  }

  /** Resolves when a sample at `us` or later is in, or none will come any more. */
  reached(us: number): Promise<void> {
    if (this.#finished || this.lastUs >= us) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ us, resolve }));
  }

  /** Mean of one component over those samples between two instants that are still in memory, mW; null without any. */
  meanBetween(startUs: number, endUs: number, component: number): number | null {
    let sum = 0;
    let count = 0;
    for (const { count: rows, timeUs, powerMw } of this.#chunks.slice(this.#spilled))
      for (let row = 0; row < rows; row++) {
        if (timeUs[row]! < startUs || timeUs[row]! > endUs) continue;
        sum += powerMw[component]![row]!;
        count++;
      }
    return count === 0 ? null : sum / count;
  }

  /** All samples so far, in order; those that come meanwhile are not among them. A chunk is only lent until the next. */
  async *chunks(): AsyncGenerator<HistoryChunk> {
    let read: StoredChunk | null = null;
    let left = this.samples;
    for (let n = 0; left > 0; n++) {
      const chunk = this.#chunks[n]!;
      const count = Math.min(chunk.count, left);
      left -= count;
      if (chunk.at === null) {
        yield { ...chunk, count };
        continue;
      }
      read ??= newChunk(this.components);
      const bytes = new Uint8Array(read.store);
      let from = 0;
      while (from < bytes.length) {
        const { bytesRead } = await this.#file!.read(bytes, from, bytes.length - from, chunk.at + from);
        if (bytesRead === 0) throw new Error('the temporary file of the power history is cut off');
        from += bytesRead;
      }
      read.count = count;
      yield read;
    }
  }

  /** Gives memory and the temporary file back. */
  async dispose(): Promise<void> {
    this.#chunks.length = 0;
    this.#current = null;
    await this.#file?.close();
    this.#file = null;
  }

  /** Every full chunk goes out at once, so that this happens once in a while only. */
  async #spill(): Promise<void> {
    try {
      this.#file ??= await openNameless();
      for (; this.#spilled < this.#chunks.length; this.#spilled++) {
        const chunk = this.#chunks[this.#spilled]!;
        if (chunk === this.#current) break;
        const bytes = new Uint8Array(chunk.store);
        for (let from = 0; from < bytes.length; )
          from += (await this.#file.write(bytes, from, bytes.length - from, this.#fileBytes + from))
            .bytesWritten;
        this.#chunks[this.#spilled] = { ...emptyChunk, count: chunk.count, at: this.#fileBytes };
        this.#fileBytes += bytes.length;
      }
    } catch {
      this.#spillFailed = true;
    }
  }

  #wakeUp(): void {
    if (this.#waiting.length === 0) return;
    const done = (us: number): boolean => this.#finished || this.lastUs >= us;
    for (const { us, resolve } of this.#waiting) if (done(us)) resolve();
    this.#waiting = this.#waiting.filter(({ us }) => !done(us));
  }
}

/** The powers that a trace is asked of: the components, and behind them rails that were calibrated. */
export const columnsOf = ({
  powerMw,
  calibratedMw = [],
}: Pick<SampleRows, 'powerMw' | 'calibratedMw'>): readonly (Int32Array | Float64Array)[] =>
  calibratedMw.length === 0 ? powerMw : [...powerMw, ...calibratedMw];

/** A chunk in one piece of memory, or, with `at`, in the file. */
interface StoredChunk extends HistoryChunk {
  readonly powerMw: readonly Float64Array[];
  readonly store: ArrayBuffer;
  readonly at: number | null;
}

const chunkBytes = (components: number): number => rowsPerChunk * 8 * (1 + components);

function newChunk(components: number): StoredChunk {
  const store = new ArrayBuffer(chunkBytes(components));
  const column = (n: number): Float64Array => new Float64Array(store, n * rowsPerChunk * 8, rowsPerChunk);
  const powerMw = Array.from({ length: components }, (_, n) => column(n + 1));
  return { count: 0, timeUs: column(0), powerMw, store, at: null };
}

const emptyChunk = { timeUs: new Float64Array(0), powerMw: [], store: new ArrayBuffer(0) };

/** A file that vanishes with its last descriptor, whatever happens to us. */
async function openNameless(): Promise<FileHandle> {
  const directory = await makeTemporaryFolder();
  try {
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
    return await open(join(directory, 'history'), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
