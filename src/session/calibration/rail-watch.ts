import type { Instrument } from '../../board/board.js';
import type { RailPoint } from '../../calibrate/calibrate-rail.js';
import { steadyMean } from '../../calibrate/mean.js';
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

/** A step of the board, V and A. */
const step = 0.001;

/** Sees what one rail of a board reads, and gives its means over stretches of time. */
export class RailWatch implements Sink {
  /** The last reading; null before the first. */
  last: { readonly us: number; readonly voltageV: number; readonly currentA: number } | null = null;
  readonly #voltage: number;
  readonly #current: number;
  #watched: Watched[] = [];
  #finished = false;

  /** @param rail an index into the board's rails */
  constructor(board: Instrument, rail: number) {
    this.#voltage = board.rails[rail]!.voltage;
    this.#current = board.rails[rail]!.current;
  }

  begin(): void {}

  write({ count, timeUs, channels }: SampleBlock): void {
    if (count === 0) return;
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
    this.#finished = true;
    this.#settle(() => true);
  }

  /** Means over a stretch; null where nothing was sampled in it. Resolves when it is over, or nothing more comes. */
  between(fromUs: number, toUs: number): Promise<RailMeans | null> {
    if (this.#finished) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#watched.push({ fromUs, toUs, voltagesV: [], currentsA: [], resolve });
    });
  }

  #settle(isOver: (watched: Watched) => boolean): void {
    const over = this.#watched.filter(isOver);
    if (over.length === 0) return;
    this.#watched = this.#watched.filter((watched) => !over.includes(watched));
    for (const { voltagesV, currentsA, resolve } of over) resolve(meansOf(voltagesV, currentsA));
  }
}

function meansOf(voltagesV: readonly number[], currentsA: readonly number[]): RailMeans | null {
  if (voltagesV.length === 0) return null;
  const [voltage, current] = [steadyMean(voltagesV, step), steadyMean(currentsA, step)];
  return {
    board: { voltage, current },
    samples: voltagesV.length,
    isSteady: voltage.isSteady && current.isSteady,
  };
}
