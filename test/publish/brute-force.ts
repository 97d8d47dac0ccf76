import { expect } from 'vitest';
import type { Envelopes, Samples } from '#powerlog/draw/envelope.js';

/** Holds intervals to the samples that they are of: extremes with the lines that enter and leave, energy as trapezoids. Without gaps. */
export function expectTrue({ grid, series }: Envelopes, { timeUs, powerMw }: Samples): void {
  const { startUs, intervalUs, count } = grid;
  series.forEach((envelope, c) => {
    const column = powerMw[c]!;
    let n = 0;
    const lineAt = (us: number): number | null => {
      const right = timeUs.findIndex((at) => at >= us);
      if (right < 0 || (right === 0 && timeUs[0]! > us)) return null;
      if (timeUs[right] === us) return column[right]!;
      const share = (us - timeUs[right - 1]!) / (timeUs[right]! - timeUs[right - 1]!);
      return column[right - 1]! + (column[right]! - column[right - 1]!) * share;
    };
    while (n < timeUs.length && timeUs[n]! < startUs) n++;
    const every = Math.max(1, Math.floor(count / 50));
    for (let k = 0; k < count; k++) {
      const [from, to] = [startUs + k * intervalUs, startUs + (k + 1) * intervalUs];
      const first = n;
      while (n < timeUs.length && timeUs[n]! < to) n++;
      if (k % every > 0 && k < count - 2) continue;
      // Where the first sample is the first instant behind an interval, no line enters it.
      const ends = [lineAt(from), to > timeUs[0]! ? lineAt(to) : null];
      const points = [
        ...(ends[0] === null ? [] : [[from, ends[0]!] as const]),
        ...Array.from({ length: n - first }, (_, i) => [timeUs[first + i]!, column[first + i]!] as const),
        ...(ends[1] === null ? [] : [[to, ends[1]!] as const]),
      ];
      if (points.length === 0) {
        expect([envelope.minMw[k], envelope.maxMw[k]]).toEqual([Number.NaN, Number.NaN]);
        continue;
      }
      expect(envelope.minMw[k]).toBeCloseTo(Math.min(...points.map(([, mw]) => mw)), 1);
      expect(envelope.maxMw[k]).toBeCloseTo(Math.max(...points.map(([, mw]) => mw)), 1);
      let nj = 0;
      for (let i = 1; i < points.length; i++)
        nj += ((points[i]![1] + points[i - 1]![1]) / 2) * (points[i]![0] - points[i - 1]![0]);
      // The last interval may go on beyond the window.
      if (k < count - 1) expect(envelope.energyJ[k + 1]! - envelope.energyJ[k]!).toBeCloseTo(nj * 1e-9, 6);
    }
  });
}
