import type { SensorDoubt, SensorDoubtCode } from '../sensor.js';

/** Different things to be said of one sensor; beyond them they are only counted. */
const mostKinds = 20;

/** Counts what is doubtful, equal things together. */
export class DoubtLog {
  readonly #doubts = new Map<string, SensorDoubt>();

  /** @param atNs since the recording began; null before it did */
  add(code: SensorDoubtCode, message: string, atNs: number | null, times = 1): void {
    const known = this.#doubts.has(`${code} ${message}`) || this.#doubts.size < mostKinds;
    const text = known ? message : 'more of the same kind, which is not listed';
    const key = `${code} ${text}`;
    const before = this.#doubts.get(key);
    this.#doubts.set(key, {
      code,
      message: text,
      times: (before?.times ?? 0) + times,
      firstNs: before ? before.firstNs : atNs,
      lastNs: atNs,
    });
  }

  get all(): readonly SensorDoubt[] {
    return [...this.#doubts.values()];
  }
}

/** Something that was found before anything was recorded. */
export const doubtOf = (code: SensorDoubtCode, message: string): SensorDoubt => ({
  ...{ code, message, times: 1, firstNs: null, lastNs: null },
});
