import type { Instrument } from '../../board/board.js';
import type { CaptureSeeker } from '../../capture/seek/seeker.js';
import type { Samples } from '../../draw/envelope.js';
import type { Wiring } from '../../measure/rail-map.js';
import type { Series } from '../../report/series.js';
import type { HistoryChunk } from '../../trace/history.js';
import type { RowsAgain } from './landmark-sink.js';
import { PowerDecoder } from './power-decoder.js';
import { Turns } from './turns.js';

/** The samples of a capture on a disk, of any stretch. */
export class CapturedRows implements RowsAgain {
  readonly #seeker: CaptureSeeker;
  readonly #series: readonly Series[];
  readonly #decoder: PowerDecoder;

  constructor(seeker: CaptureSeeker, board: Instrument, wiring: Wiring, series: readonly Series[]) {
    this.#seeker = seeker;
    this.#series = series;
    this.#decoder = new PowerDecoder(board, wiring);
  }

  /** The samples between two instants and one beside on each side; null where they are more than so. */
  async between(fromUs: number, toUs: number, most: number): Promise<Samples | null> {
    if ((await this.#seeker.samplesBetween(fromUs * 1000, toUs * 1000)) > most) return null;
    let beginNs = fromUs * 1000;
    for (let beforeNs = Number.NaN; ; ) {
      const { samples, firstNs } = await this.#read(beginNs, fromUs, toUs);
      // The last block that begins in time may do so between its first request and reply: then the sample beside is in the one before.
      if (!(samples.timeUs[0]! >= fromUs) || firstNs === beforeNs) return samples;
      beforeNs = firstNs;
      beginNs = firstNs - 1;
    }
  }

  /** Instants of the first and the last sample, µs; 0 where there are none. */
  async reach(): Promise<{ firstUs: number; lastUs: number }> {
    let [firstUs, lastUs] = [0, 0];
    for await (const raw of this.#seeker.framesFrom(0)) {
      firstUs = this.#decoder.decode(raw).timeUs[0]!;
      break;
    }
    for await (const raw of this.#seeker.framesFrom(Number.MAX_SAFE_INTEGER))
      lastUs = this.#decoder.decode(raw).timeUs[raw.count - 1]!;
    return { firstUs, lastUs };
  }

  /** Every sample, lent chunk by chunk. */
  async *all(): AsyncGenerator<HistoryChunk> {
    for await (const raw of this.#seeker.framesFrom(0)) {
      const block = this.#decoder.decode(raw);
      const { count, timeUs } = block;
      yield { count, timeUs, powerMw: this.#series.map((series) => Float64Array.from(series.of(block))) };
    }
  }

  /** For a trace: the samples behind one instant, up to another. */
  async chunk(behindUs: number, upToUs: number): Promise<HistoryChunk> {
    const { samples } = await this.#read(behindUs * 1000, behindUs, upToUs);
    const first = samples.timeUs.findIndex((us) => us > behindUs);
    const behind = samples.timeUs.findLastIndex((us) => us <= upToUs) + 1;
    return {
      count: behind - first,
      timeUs: samples.timeUs.subarray(first, behind),
      powerMw: samples.powerMw.map((column) => Float64Array.from(column.subarray(first, behind))),
    };
  }

  /** @param beginNs where to look for the first block, whose first request's instant comes back too */
  async #read(beginNs: number, fromUs: number, toUs: number): Promise<{ samples: Samples; firstNs: number }> {
    const times: Float64Array[] = [];
    const powers: Float32Array[][] = this.#series.map(() => []);
    let firstNs = Number.NaN;
    const turns = new Turns();
    for await (const raw of this.#seeker.framesFrom(beginNs)) {
      const block = this.#decoder.decode(raw);
      const { count, timeUs } = block;
      const rows = timeUs.subarray(0, count);
      if (Number.isNaN(firstNs)) firstNs = raw.requestNs[0]!;
      const last = rows.findLastIndex((us) => us < fromUs);
      const over = rows.findIndex((us) => us > toUs);
      const first = Math.max(last, 0);
      const behind = over < 0 ? count : over + 1;
      // One sample beside is enough: the last before.
      if (last >= 0) {
        times.length = 0;
        for (const columns of powers) columns.length = 0;
      }
      times.push(rows.slice(first, behind));
      this.#series.forEach((series, n) => {
        powers[n]!.push(Float32Array.from(series.of(block).subarray(first, behind)));
      });
      if (over >= 0) break;
      if (turns.areDue) await turns.give();
    }
    const length = times.reduce((sum, each) => sum + each.length, 0);
    const timeUs = new Float64Array(length);
    let at = 0;
    for (const each of times) {
      timeUs.set(each, at);
      at += each.length;
    }
    return { samples: { timeUs, powerMw: powers.map((columns) => joined(columns, length)) }, firstNs };
  }
}

function joined(columns: readonly Float32Array[], length: number): Float32Array {
  const whole = new Float32Array(length);
  let at = 0;
  for (const column of columns) {
    whole.set(column, at);
    at += column.length;
  }
  return whole;
}
