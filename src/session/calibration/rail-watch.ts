import type { Instrument } from '../../board/board.js';
import { type RailSteps, railSteps } from '../../calibrate/board-steps.js';
import { steadyMean } from '../../calibrate/mean.js';
import type { RailPoint } from '../../calibrate/readings.js';
import type { Sink } from '../../sink/sink.js';
import type { SampleBlock } from '../../stream/sample-block.js';

/** What a rail read over a while. */
export interface RailMeans {
  readonly board: RailPoint['board'];
  readonly samples: number;
  readonly isSteady: boolean;
}

/** A stretch of the recording that readings are wanted of, µs. */
interface Watched {
  readonly fromUs: number;
  readonly toUs: number;
  readonly voltagesV: number[];
  readonly currentsA: number[];
  readonly resolve: (means: RailMeans | null) => void;
}

/** Sees what one rail of a board reads, and gives its means over stretches of time. */
export class RailWatch implements Sink {
  /** What it has seen, µs: its first and its last sample, and how far samples lie apart in the mean; null before the second. */
  get seen(): { readonly fromUs: number; readonly toUs: number; readonly spacingUs: number } | null {
    if (this.#firstUs === null || !this.last || this.#samples < 2) return null;
    const [fromUs, toUs] = [this.#firstUs, this.last.us];
    return { fromUs, toUs, spacingUs: (toUs - fromUs) / (this.#samples - 1) };
  }

  /** The last reading; null before the first. */
  last: { readonly us: number; readonly voltageV: number; readonly currentA: number } | null = null;
  readonly #voltage: number;
  readonly #current: number;
  readonly #steps: RailSteps;
  #firstUs: number | null = null;
  #samples = 0;
  #watched: Watched[] = [];
  #isOver = false;

  /** @param rail an index into the board's rails */
  constructor(board: Instrument, rail: number) {
    this.#voltage = board.rails[rail]!.voltage;
    this.#current = board.rails[rail]!.current;
    this.#steps = railSteps(board, rail);
  }

  /** Whether nothing more comes. */
  get isOver(): boolean {
    return this.#isOver;
  }

  begin(): void {}

  write({ count, timeUs, channels }: SampleBlock): void {
    if (count === 0) return;
    this.#firstUs ??= timeUs[0]!;
    this.#samples += count;
    const [voltageMv, currentMa] = [channels[this.#voltage]!, channels[this.#current]!];
    for (const { fromUs, toUs, voltagesV, currentsA } of this.#watched)
      for (let row = 0; row < count; row++) {
        if (timeUs[row]! < fromUs || timeUs[row]! > toUs) continue;
        voltagesV.push(voltageMv[row]! / 1000);
        currentsA.push(currentMa[row]! / 1000);
      }
    const us = timeUs[count - 1]!;
    this.last = { us, voltageV: voltageMv[count - 1]! / 1000, currentA: currentMa[count - 1]! / 1000 };
    this.#settle((watched) => us > watched.toUs);
  }

  async finish(): Promise<void> {
    this.#isOver = true;
    this.#settle(() => true);
  }

  /** Means over a stretch; null where nothing was sampled in it. Resolves when it is over, or nothing more comes. */
  between(fromUs: number, toUs: number): Promise<RailMeans | null> {
    if (this.#isOver) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#watched.push({ fromUs, toUs, voltagesV: [], currentsA: [], resolve });
    });
  }

  #settle(isOver: (watched: Watched) => boolean): void {
    const over = this.#watched.filter(isOver);
    if (over.length === 0) return;
    this.#watched = this.#watched.filter((watched) => !over.includes(watched));
    for (const { voltagesV, currentsA, resolve } of over) resolve(meansOf(voltagesV, currentsA, this.#steps));
  }
}

function meansOf(
  voltagesV: readonly number[],
  currentsA: readonly number[],
  steps: RailSteps,
): RailMeans | null {
  if (voltagesV.length === 0) return null;
  const [voltage, current] = [steadyMean(voltagesV, steps.voltage), steadyMean(currentsA, steps.current)];
  return {
    board: { voltage, current },
    samples: voltagesV.length,
    isSteady: voltage.isSteady && current.isSteady,
  };
}
