import { OutputFile } from '../../file/output-file.js';
import { fixed } from '../../units.js';
import type { SensorBlock, SensorColumn } from '../sensor.js';

interface SensorFileOptions {
  readonly path: string;
  readonly force: boolean;
  readonly durable: boolean;
  readonly columns: readonly SensorColumn[];
}

/** Text that waits for a disk that hangs; beyond, rows are lost, and counted. */
const mostWaitingBytes = 16 << 20;
const instantDecimals = 6;

/** A sensor's readings as CSV, with the conventions of the board's. */
export class SensorFile {
  /** Rows that it lacks, since the disk did not take them in time. */
  lacking = 0;
  readonly #file: OutputFile;
  readonly #columns: readonly SensorColumn[];
  #startUnixUs: number | null = null;
  #waitingBytes = 0;
  #written: Promise<void> = Promise.resolve();
  #failed = false;
  #onFailure: (error: unknown) => void = () => {};

  /** @throws UserError (outputFailed) where it can't be opened, or exists and is not forced */
  constructor({ columns, ...options }: SensorFileOptions) {
    this.#columns = columns;
    this.#file = new OutputFile(options);
  }

  get path(): string {
    return this.#file.path;
  }

  /** @param onFailure is told once what a write failed of */
  begin(startUnixUs: number | null, onFailure: (error: unknown) => void): void {
    this.#startUnixUs = startUnixUs;
    this.#onFailure = onFailure;
    const names = ['time_s', 'unix_time_s', ...this.#columns.map(({ name }) => name)];
    this.#write(`${names.join(',')}\n`, 1);
  }

  write(block: SensorBlock): void {
    if (this.#waitingBytes > mostWaitingBytes) this.lacking += block.count;
    else this.#write(this.#textOf(block), block.count);
  }

  /** What could be written is on disk when it resolves. */
  async finish(): Promise<void> {
    await this.#written;
    await this.#file.close().catch((error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (!this.#failed) this.#onFailure(error);
    this.#failed = true;
  }

  #write(text: string, lines: number): void {
    const bytes = new TextEncoder().encode(text);
    this.#waitingBytes += bytes.length;
    this.#written = this.#written.then(async () => {
      if (!this.#failed) await this.#file.write(bytes, lines).catch((error) => this.#fail(error));
      this.#waitingBytes -= bytes.length;
    });
  }

  #textOf({ count, earliestNs, latestNs, values }: SensorBlock): string {
    let text = '';
    for (let row = 0; row < count; row++) {
      const us = Math.round((earliestNs[row]! + latestNs[row]!) / 2000);
      text += `${secondsText(us)},${this.#startUnixUs === null ? '' : secondsText(this.#startUnixUs + us)}`;
      for (let n = 0; n < values.length; n++) {
        const value = values[n]![row]!;
        text += Number.isNaN(value) ? ',' : `,${fixed(value, this.#columns[n]!.decimals)}`;
      }
      text += '\n';
    }
    return text;
  }
}

/** Whole µs as seconds; not by a division, which a double of today's seconds does not have the digits for. */
function secondsText(us: number): string {
  const digits = String(us).padStart(instantDecimals + 1, '0');
  return `${digits.slice(0, -instantDecimals)}.${digits.slice(-instantDecimals)}`;
}
