import type { SummaryCollector } from '../../measure/collector.js';
import { isAway } from '../../measure/tracks/away.js';
import type { Progress } from '../../measure/tracks/progress.js';
import type { SensorTrack } from '../../sensors/track/sensor-track.js';
import type { Sink } from '../../sink/sink.js';
import { fixed, formatClock, formatSi, plural } from '../../units.js';
import { showOnTerminal } from './terminal.js';

const everyMs = 250;
const clearLine = '\r\u001b[K';

/** What is shown of a track. */
interface ShownTrack {
  readonly id: string;
  readonly outputs: { readonly collector: SummaryCollector };
}

/**
 * One line on the terminal that tells how the recording stands; gone when it ends. Never for a pipe. A sink of every track,
 * so that it goes on whichever is away.
 */
export class StatusLine implements Sink {
  #shownMs = 0;
  #rateFrom = { samples: 0, ms: performance.now() };
  #rateHz: number | undefined;

  readonly #terminal: NodeJS.WriteStream;
  readonly #tracks: readonly ShownTrack[];
  readonly #durationMs: number | undefined;
  readonly #sensors: readonly SensorTrack[];

  constructor(
    terminal: NodeJS.WriteStream,
    tracks: readonly ShownTrack[],
    durationMs: number | undefined,
    sensors: readonly SensorTrack[] = [],
  ) {
    this.#terminal = terminal;
    this.#tracks = tracks;
    this.#durationMs = durationMs;
    this.#sensors = sensors;
  }

  begin(): void {}

  write(): void {
    const nowMs = performance.now();
    if (nowMs - this.#shownMs < everyMs) return;
    this.#shownMs = nowMs;
    showOnTerminal(clearLine + this.#text(nowMs).slice(0, this.#terminal.columns - 1));
  }

  async finish(): Promise<void> {
    showOnTerminal(clearLine);
  }

  #text(nowMs: number): string {
    const all = this.#tracks.map(({ outputs }) => outputs.collector.progress());
    const lastUs = Math.max(...all.map((each) => each.lastUs ?? 0));
    const total = (of: (each: Progress) => number): number => all.reduce((sum, each) => sum + of(each), 0);
    const rateHz = this.#rate(
      nowMs,
      total(({ samples }) => samples),
    );
    const joules = all.every(({ energyJ }) => energyJ[0] != null)
      ? total(({ energyJ }) => energyJ[0]!)
      : null;
    const gaps = total((each) => each.gaps);
    return [
      formatClock(lastUs / 1e6),
      ...(rateHz === undefined ? [] : [`${rateHz.toFixed(0)} Hz`]),
      ...(all.length === 1 ? this.#components(all[0]!) : this.#perTrack(all, lastUs)),
      ...(joules === null ? [] : [formatSi(joules, 'J')]),
      ...(gaps === 0 ? [] : [plural(gaps, 'gap')]),
      ...(this.#durationMs === undefined
        ? []
        : [`${formatClock((this.#durationMs - lastUs / 1e3) / 1e3)} left`]),
      // Last, since a narrow terminal cuts the end off.
      ...this.#sensors.map(({ id, lastW }) => `${id} ${lastW === null ? '–' : `${fixed(lastW, 1)} W`}`),
    ].join('  ');
  }

  /** Of one board, every component's power. */
  #components({ powerMw }: Progress): string[] {
    const { sums } = this.#tracks[0]!.outputs.collector.wiring;
    return sums.map(({ name }, n) => `${name} ${wattText(powerMw[n])}`);
  }

  /** Of several, each one's system; what one that is away drew last is not what it draws. */
  #perTrack(all: readonly Progress[], lastUs: number): string[] {
    return all.map(({ samples, lastUs: ownUs, powerMw }, n) => {
      const { id } = this.#tracks[n]!;
      return `${id} ${isAway(samples, ownUs, lastUs) ? 'away' : wattText(powerMw[0])}`;
    });
  }

  #rate(nowMs: number, samples: number): number | undefined {
    if (nowMs - this.#rateFrom.ms >= 1000) {
      this.#rateHz = ((samples - this.#rateFrom.samples) * 1000) / (nowMs - this.#rateFrom.ms);
      this.#rateFrom = { samples, ms: nowMs };
    }
    return this.#rateHz;
  }
}

const wattText = (mw: number | null | undefined): string => (mw == null ? '–' : `${fixed(mw / 1000, 1)} W`);
