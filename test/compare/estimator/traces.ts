import type { ReadingTrace, ReferenceTrace } from '#powerlog/compare/comparison.js';

/** A reference of samples of a power, W, so many ms apart. */
export function referenceOf(powerAt: (s: number) => number, durationS: number, stepMs = 1): ReferenceTrace {
  const count = Math.floor((durationS * 1000) / stepMs) + 1;
  const timeUs = Float64Array.from({ length: count }, (_, n) => n * stepMs * 1000);
  return { timeUs, powerMw: timeUs.map((us) => 1000 * powerAt(us / 1e6)), gapLimitUs: 20_000 };
}

/** What a sensor is made of, s and W. */
export interface Made {
  readonly periodS: number;
  readonly windowS: number;
  readonly latencyS: number;
  readonly gain?: number;
  readonly offsetW?: number;
  readonly pollS: number;
  readonly durationS: number;
}

/** Polls of a sensor that averages a power whose energy is known, J from 0. */
export function readingsOf(energyUntil: (s: number) => number, made: Made): ReadingTrace {
  const { periodS, windowS, latencyS, gain = 1, offsetW = 0, pollS, durationS } = made;
  const timeUs: number[] = [];
  const value: number[] = [];
  // Polls that keep to no multiple of the period, and scatter as those of any program.
  for (let n = 0; n * pollS < durationS; n++) {
    const pollAt = n * pollS + 0.1 * pollS * Math.abs(Math.sin(n * 12.9898));
    const updateS = Math.floor((pollAt - 0.0123) / periodS) * periodS + 0.0123;
    const endS = updateS - latencyS;
    if (endS - windowS < 0) continue;
    timeUs.push(Math.round(pollAt * 1e6));
    value.push((gain * (energyUntil(endS) - energyUntil(endS - windowS))) / windowS + offsetW);
  }
  return { timeUs: Float64Array.from(timeUs), value: Float64Array.from(value), quantity: 'power' };
}

/** Pulses of lengths that do not repeat, with their exact energy. */
export function pulses(lowW: number, highW: number, durationS: number) {
  const edgesS: number[] = [];
  let atS = 0;
  for (let n = 1; atS < durationS; n++) {
    atS += 0.15 + 0.9 * Math.abs(Math.sin(n * n * 0.7));
    edgesS.push(atS);
  }
  const energies = [0];
  edgesS.forEach((edgeS, n) => {
    energies.push(energies[n]! + (edgeS - (edgesS[n - 1] ?? 0)) * (n % 2 === 0 ? lowW : highW));
  });
  const pieceAt = (s: number) => {
    const next = edgesS.findIndex((edgeS) => edgeS > s);
    return next < 0 ? edgesS.length : next;
  };
  return {
    powerAt: (s: number) => (pieceAt(s) % 2 === 0 ? lowW : highW),
    energyUntil: (s: number) => {
      const piece = pieceAt(s);
      return energies[piece]! + (s - (edgesS[piece - 1] ?? 0)) * (piece % 2 === 0 ? lowW : highW);
    },
  };
}
