import { inputError } from '../../errors.js';
import type { ByteInput } from '../../file/byte-input.js';

const bufferBytes = 1 << 20;
const newline = 0x0a;

/** An input as a buffer that holds many whole lines at a time. */
export class Lines {
  readonly bytes = Buffer.alloc(bufferBytes);
  /** Where the next line begins. */
  at = 0;
  /** Behind the last whole line that is there; at the input's end, behind its last byte. */
  wholeEnd = 0;
  #filled = 0;
  #ended = false;

  constructor(readonly input: ByteInput) {}

  /** Drops the lines before `at` and reads on until more lines are there; false at the end. @throws UserError (badInput) */
  async fill(): Promise<boolean> {
    this.bytes.copyWithin(0, this.at, this.#filled);
    this.#filled -= this.at;
    this.at = 0;
    this.wholeEnd = 0;
    for (;;) {
      if (this.#filled === this.bytes.length || this.#ended) break;
      const count = await this.input.read(this.bytes.subarray(this.#filled));
      if (count === 0) this.#ended = true;
      this.#filled += count;
    }
    this.wholeEnd = this.#ended
      ? this.#filled
      : this.bytes.subarray(0, this.#filled).lastIndexOf(newline) + 1;
    if (this.wholeEnd === 0 && this.#filled > 0)
      throw inputError(`${this.input.name}: a line is longer than ${bufferBytes >> 20} MB: that is no table`);
    return this.wholeEnd > 0;
  }

  /** Where the line that begins at `from` ends: at its line end, or behind the last byte. */
  endOf(from: number): number {
    const end = this.bytes.indexOf(newline, from);
    return end < 0 || end > this.wholeEnd ? this.wholeEnd : end;
  }

  text(from: number, to: number): string {
    return this.bytes.toString('utf8', from, to);
  }
}
