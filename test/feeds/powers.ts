import { readCsv } from '../cli/csv.js';

/** What a CSV of powerlog's says of one column of watts. */
export class Powers {
  readonly #unixS: readonly number[];
  readonly #watts: readonly number[];
  /** Up to each sample. */
  readonly #joules: readonly number[];

  constructor(path: string, column: string) {
    const { names, rows } = readCsv(path);
    const of = (name: string) => rows.map((row) => Number(row[names.indexOf(name)]));
    this.#unixS = of('unix_time_s');
    this.#watts = of(column);
    // Seconds since 1970 are no whole microseconds in a double.
    const timeS = of('time_s');
    let joules = 0;
    this.#joules = this.#watts.map((watts, n) => {
      if (n > 0) joules += ((this.#watts[n - 1]! + watts) / 2) * (timeS[n]! - timeS[n - 1]!);
      return joules;
    });
  }

  get largestW(): number {
    return Math.max(...this.#watts);
  }

  get wholeJ(): number {
    return this.#joules.at(-1) ?? 0;
  }

  /** The sample that was taken then; -1 where none was. */
  sampleAt(unixS: number): number {
    return this.#unixS.findIndex((at) => Math.abs(at - unixS) < 1e-6);
  }

  joulesUpToSample(n: number): number {
    return this.#joules[n]!;
  }

  /** The extremes of samples, both ends included. */
  extremesW(from: number, to: number): readonly [least: number, largest: number] {
    const watts = this.#watts.slice(from, to + 1);
    return [Math.min(...watts), Math.max(...watts)];
  }

  /** The trapezoid up to an instant, which lies within a spacing. */
  joulesUpTo(unixS: number): number {
    const n = this.#unixS.findLastIndex((at) => at <= unixS);
    if (n < 0) return 0;
    if (n === this.#unixS.length - 1) return this.wholeJ;
    const share = (unixS - this.#unixS[n]!) / (this.#unixS[n + 1]! - this.#unixS[n]!);
    const watts = this.#watts[n]! + share * (this.#watts[n + 1]! - this.#watts[n]!);
    return this.#joules[n]! + ((this.#watts[n]! + watts) / 2) * (unixS - this.#unixS[n]!);
  }
}
