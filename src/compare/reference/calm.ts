import { PowerIntegral, wattsPerMw } from './integral.js';
import type { ReferenceNoise } from './noise.js';

/** Samples on either side that means are taken over, each twice as many as the one before. */
const halves = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256];
/** What a power does within one doubling is judged by so many windows of it on either side. */
const neighbours = 128;
/** A difference of more standard deviations is an edge by itself, and counts no more than this among its neighbours. */
const edge = 5.5;
/** Differences whose mean square is less than this many times the noise's are noise. */
const chance = 1.4;

/** A reference without most of its samples' noise, and what is left of that. */
interface Calmed {
  readonly reference: PowerIntegral;
  readonly noise: ReferenceNoise;
}

/**
 * Takes off what the samples scatter by themselves: the power as a mean over half a second, and what means over half as long each say more than
 * the ones before, as far as it is more than noise. So an edge stays where it was measured, and a ripple as far as it shows, while a rest
 * or a ramp is what half a second says of it. The lag of a load of few edges would else be the one at which the noise happens to fit.
 */
export function calmed(reference: PowerIntegral, noise: ReferenceNoise): Calmed {
  const { timeUs, powerMw, gapLimitUs } = reference;
  if (!(noise.sampleW > 0)) return { reference, noise };
  const count = powerMw.length;
  const calmMw = new Float32Array(count);
  const differences = new Float32Array(count);
  const left: number[] = [];
  let means = Float32Array.from(powerMw);
  let wider = new Float32Array(count);
  for (let level = 0; level + 1 < halves.length; level++) {
    const half = halves[level + 1]!;
    meansOver(reference, half, noise.spacingUs, means, wider, differences);
    const deviationMw = (noise.sampleW * differenceDeviation(halves[level]!, half)) / wattsPerMw;
    left.push(addWeighed(differences, deviationMw, neighbours * half, calmMw));
    [means, wider] = [wider, means];
  }
  left.push(1);
  for (let n = 0; n < count; n++) calmMw[n]! += means[n]!;
  return {
    reference: new PowerIntegral({ timeUs, powerMw: calmMw, gapLimitUs }),
    noise: {
      ...noise,
      calmShares: left.map((share, level) => ({
        share: share - (left[level - 1] ?? 0),
        windowUs: 2 * halves[level]! * noise.spacingUs,
      })),
    },
  };
}

/**
 * Means over samples on both sides, and what those over fewer were beyond them. Where there are none, or they lie further to one side, that over
 * fewer stays.
 */
function meansOver(
  reference: PowerIntegral,
  half: number,
  spacingUs: number,
  over: Float32Array,
  into: Float32Array,
  differences: Float32Array,
): void {
  const { timeUs } = reference;
  const count = timeUs.length;
  for (let n = 0; n < count; n++) {
    let mean = over[n]!;
    if (n >= half && n + half < count) {
      const [fromUs, toUs] = [timeUs[n - half]!, timeUs[n + half]!];
      if (Math.abs(fromUs + toUs - 2 * timeUs[n]!) <= spacingUs)
        mean =
          (reference.sampleEnergyUj(n + half) - reference.sampleEnergyUj(n - half)) /
          (toUs - fromUs) /
          wattsPerMw;
    }
    into[n] = mean;
    differences[n] = over[n]! - mean;
  }
}

/** Standard deviation of the difference of two means, in those of a sample. */
function differenceDeviation(half: number, wide: number): number {
  // The first and the last sample of a mean count half.
  const weight = (of: number, n: number) =>
    of === 0 ? (n === 0 ? 1 : 0) : Math.abs(n) < of ? 1 / (2 * of) : Math.abs(n) === of ? 1 / (4 * of) : 0;
  let squares = 0;
  for (let n = -wide; n <= wide; n++) squares += (weight(half, n) - weight(wide, n)) ** 2;
  return Math.sqrt(squares);
}

/**
 * Adds of each difference what is more than noise: all of one that is an edge by itself, of others the part that their neighbours show.
 * @returns the mean share of the noise's variance that was added with it
 */
function addWeighed(differences: Float32Array, deviation: number, reach: number, to: Float32Array): number {
  const count = differences.length;
  const [variance, most] = [deviation * deviation, (edge * deviation) ** 2];
  let [sum, first, end, shares] = [0, 0, 0, 0];
  for (let n = 0; n < count; n++) {
    for (; end < count && end <= n + reach; end++)
      sum += Math.min(most, differences[end]! * differences[end]!);
    for (; first < n - reach; first++) sum -= Math.min(most, differences[first]! * differences[first]!);
    const ratio = sum / ((end - first) * variance);
    const weight = differences[n]! * differences[n]! >= most ? 1 : ratio > chance ? 1 - 1 / ratio : 0;
    to[n]! += weight * differences[n]!;
    shares += weight * weight;
  }
  return shares / count;
}
