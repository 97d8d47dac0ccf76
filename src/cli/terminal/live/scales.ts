import type { Stretch } from './watch/history.js';

/** How much time is shown. */
interface Scale {
  readonly name: string;
  /** Null is all. */
  readonly us: number | null;
}

export const scales: readonly Scale[] = [
  { name: '10 s', us: 10e6 },
  { name: '1 min', us: 60e6 },
  { name: '10 min', us: 600e6 },
  { name: 'all', us: null },
];

const hourS = 3600;
const dayS = 24 * hourS;
/** Lengths of an axis that holds everything, s. */
const lengthsS = [
  10,
  20,
  30,
  60,
  120,
  300,
  600,
  1200,
  1800,
  hourS,
  2 * hourS,
  3 * hourS,
  6 * hourS,
  12 * hourS,
  dayS,
];

/**
 * From where to where: ends with the latest, or begins with the recording where that is later. It moves by whole columns, so that
 * what is past keeps its shape.
 */
export function stretchOf({ us }: Scale, latestUs: number, columns: number): Stretch {
  const lengthUs = us ?? roundLengthUs(latestUs);
  const columnUs = lengthUs / columns;
  const toUs = Math.max(Math.ceil(latestUs / columnUs) * columnUs, lengthUs);
  return { fromUs: Math.max(toUs - lengthUs, 0), toUs };
}

function roundLengthUs(latestUs: number): number {
  const latestS = latestUs / 1e6;
  const lengthS =
    lengthsS.find((each) => each >= latestS) ?? dayS * 2 ** Math.ceil(Math.log2(latestS / dayS));
  return lengthS * 1e6;
}
