import type { Sink } from '../../sink/sink.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import { printable } from '../../text.js';
import { formatClock, plural } from '../../units.js';

const everyMs = 250;
const clearLine = '\r\u001b[K';

/** One line on the terminal while a long replay runs; a short one is over before it shows. */
export class ReplayProgress implements Sink {
  #samples = 0;
  #shownMs = performance.now();

  constructor(
    readonly terminal: NodeJS.WriteStream,
    readonly input: string,
  ) {}

  begin(): void {}

  write({ count, timeUs }: SampleBlock): void {
    this.#samples += count;
    const nowMs = performance.now();
    if (count === 0 || nowMs - this.#shownMs < everyMs) return;
    this.#shownMs = nowMs;
    const at = formatClock(timeUs[count - 1]! / 1e6);
    const text = `${printable(this.input)}: ${plural(this.#samples, 'sample')}, up to ${at} of the recording`;
    this.terminal.write(clearLine + text.slice(0, this.terminal.columns - 1));
  }

  async finish(): Promise<void> {
    this.terminal.write(clearLine);
  }
}
