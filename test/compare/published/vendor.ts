import { Chance } from '../pairs/chance.js';

/** A column of powers over time. */
export interface Column {
  readonly timeS: readonly number[];
  readonly powerW: readonly number[];
}

/** What a vendor's tool does to it. */
export interface VendorTraits {
  readonly lowByW: number;
  /** By how much the curve that it draws is late, s. */
  readonly lateByS: number;
  readonly updateS: number;
  readonly pollS: number;
  readonly noiseW: number;
  readonly seed: number;
}

/**
 * A vendor's trace of what a board recorded, as CSV: means over each update period, published so late that the drawn
 * curve lags by `lateByS`, and polled more often than they change. Seconds count from the recording's beginning.
 */
export function vendorCsv({ timeS, powerW }: Column, traits: VendorTraits): string {
  const { lowByW, lateByS, updateS, pollS, noiseW, seed } = traits;
  const chance = new Chance(seed);
  // Trapezoids up to each sample, so that any window's mean is a difference.
  const energyJ = [0];
  for (let n = 1; n < timeS.length; n++)
    energyJ.push(energyJ[n - 1]! + ((powerW[n]! + powerW[n - 1]!) / 2) * (timeS[n]! - timeS[n - 1]!));
  let cursor = 0;
  const until = (s: number): number => {
    while (cursor > 0 && timeS[cursor]! > s) cursor--;
    while (cursor + 2 < timeS.length && timeS[cursor + 1]! <= s) cursor++;
    const intoS = s - timeS[cursor]!;
    const slope = (powerW[cursor + 1]! - powerW[cursor]!) / (timeS[cursor + 1]! - timeS[cursor]!);
    return energyJ[cursor]! + intoS * (powerW[cursor]! + 0.5 * slope * intoS);
  };
  const lines = ['time_s,power_w'];
  const [firstS, lastS] = [timeS[0]!, timeS.at(-1)!];
  let updateAtS = firstS + lateByS + chance.between(0, updateS);
  let reading: number | undefined;
  for (let atS = firstS + lateByS; atS < lastS; atS += pollS * (1 + 0.02 * chance.normal())) {
    for (; updateAtS <= atS; updateAtS += updateS) {
      // Of a mean over one period, held for the next, the drawn curve lags by the latency and one period.
      const endS = updateAtS - lateByS + updateS;
      if (endS > lastS || endS - updateS < firstS) continue;
      const mean = (until(endS) - until(endS - updateS)) / updateS;
      reading = mean - lowByW + noiseW * chance.normal();
    }
    if (reading !== undefined) lines.push(`${atS.toFixed(6)},${reading.toFixed(3)}`);
  }
  return `${lines.join('\n')}\n`;
}
