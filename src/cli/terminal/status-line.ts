import type { SummaryCollector } from '../../measure/collector.js';
import type { Sink } from '../../sink/sink.js';
import type { Block } from '../../stream/sample-block.js';
import { fixed, formatClock, formatSi, plural } from '../../units.js';
import { showOnTerminal } from './terminal.js';

const everyMs = 250;
const clearLine = '\r\u001b[K';

/** One line on the terminal that tells how the recording stands; gone when it ends. Never for a pipe. */
export class StatusLine implements Sink {
  private shownMs = 0;
  private rateFrom = { samples: 0, ms: 0 };
  private rateHz: number | undefined;

  constructor(
    private readonly terminal: NodeJS.WriteStream,
    private readonly collector: SummaryCollector,
    private readonly durationMs: number | undefined,
  ) {}

  begin(): void {
    this.rateFrom = { samples: 0, ms: performance.now() };
  }

  write(_block: Block): void {
    const nowMs = performance.now();
    if (nowMs - this.shownMs < everyMs) return;
    this.shownMs = nowMs;
    showOnTerminal(clearLine + this.text(nowMs).slice(0, this.terminal.columns - 1));
  }

  async finish(): Promise<void> {
    showOnTerminal(clearLine);
  }

  private text(nowMs: number): string {
    const { samples, lastUs, powerMw, energyJ, gaps } = this.collector.progress();
    if (nowMs - this.rateFrom.ms >= 1000) {
      this.rateHz = ((samples - this.rateFrom.samples) * 1000) / (nowMs - this.rateFrom.ms);
      this.rateFrom = { samples, ms: nowMs };
    }
    const elapsedS = (lastUs ?? 0) / 1e6;
    const parts = [formatClock(elapsedS)];
    if (this.rateHz !== undefined) parts.push(`${this.rateHz.toFixed(0)} Hz`);
    this.collector.wiring.sums.forEach(({ name }, n) => {
      const mw = powerMw[n];
      parts.push(`${name} ${mw === null || mw === undefined ? '–' : `${fixed(mw / 1000, 1)} W`}`);
    });
    const joules = energyJ[0];
    if (joules !== null && joules !== undefined) parts.push(formatSi(joules, 'J'));
    if (gaps > 0) parts.push(plural(gaps, 'gap'));
    if (this.durationMs !== undefined) parts.push(`${formatClock(this.durationMs / 1000 - elapsedS)} left`);
    return parts.join('  ');
  }
}
