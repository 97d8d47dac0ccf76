import type { Envelopes } from '../../../draw/envelope.js';
import type { PageRun } from '../../../draw/page-data.js';
import { HeldPiece } from './held-piece.js';

/** More intervals are not kept here, half an hour's and more; the server has what came before. */
const mostIntervals = 262_144;

interface Columns {
  readonly minMw: Float32Array;
  readonly maxMw: Float32Array;
  readonly energyJ: Float64Array;
}

/** What has been pushed of a recording under way, as one stretch that grows. */
export class LiveTail {
  /** Null before anything has come. */
  piece: HeldPiece | null = null;
  #startUs = 0;
  #intervalUs = 0;
  #count = 0;
  #columns: Columns[] = [];

  append({ grid, series }: Envelopes, run: PageRun): void {
    if (grid.count === 0) return;
    const at = (grid.startUs - this.#startUs) / this.#intervalUs;
    const follows =
      this.#intervalUs === grid.intervalUs && at <= this.#count && Number.isInteger(at) && at >= 0;
    // Another length of intervals, or some that were missed: what lies before comes from the server.
    if (!follows) this.#begin(grid.startUs, grid.intervalUs, series.length);
    if (this.#count + grid.count > mostIntervals) this.#forget();
    const first = Math.round((grid.startUs - this.#startUs) / this.#intervalUs);
    this.#count = first + grid.count;
    this.#reserve(this.#count);
    series.forEach(({ minMw, maxMw, energyJ }, n) => {
      const column = this.#columns[n]!;
      column.minMw.set(minMw, first);
      column.maxMw.set(maxMw, first);
      column.energyJ.set(energyJ, first);
    });
    this.piece = new HeldPiece({ kind: 'intervals', ...this.#envelopes() }, run, {
      fromUs: this.#startUs,
      toUs: this.#startUs,
    });
  }

  #begin(startUs: number, intervalUs: number, series: number): void {
    this.#startUs = startUs;
    this.#intervalUs = intervalUs;
    this.#count = 0;
    this.#columns = Array.from({ length: series }, () => ({
      minMw: new Float32Array(0),
      maxMw: new Float32Array(0),
      energyJ: new Float64Array(1),
    }));
  }

  #forget(): void {
    const gone = this.#count >> 1;
    this.#columns = this.#columns.map(({ minMw, maxMw, energyJ }) => ({
      minMw: minMw.slice(gone),
      maxMw: maxMw.slice(gone),
      energyJ: energyJ.slice(gone),
    }));
    this.#count -= gone;
    this.#startUs += gone * this.#intervalUs;
  }

  #reserve(count: number): void {
    const room = this.#columns[0]?.minMw.length ?? 0;
    if (room >= count) return;
    const size = Math.max(1024, 2 * count);
    this.#columns = this.#columns.map(({ minMw, maxMw, energyJ }) => {
      const grown = {
        minMw: new Float32Array(size),
        maxMw: new Float32Array(size),
        energyJ: new Float64Array(size + 1),
      };
      grown.minMw.set(minMw);
      grown.maxMw.set(maxMw);
      grown.energyJ.set(energyJ);
      return grown;
    });
  }

  #envelopes(): Envelopes {
    const count = this.#count;
    return {
      grid: { startUs: this.#startUs, intervalUs: this.#intervalUs, count },
      series: this.#columns.map(({ minMw, maxMw, energyJ }) => ({
        minMw: minMw.subarray(0, count),
        maxMw: maxMw.subarray(0, count),
        energyJ: energyJ.subarray(0, count + 1),
      })),
    };
  }
}
