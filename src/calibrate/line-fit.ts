import jstat from 'jstat';

/** One comparison: what the board said, and what a reference said, each with its standard deviation, in one unit. */
export interface Compared {
  readonly board: number;
  readonly boardError: number;
  readonly reference: number;
  readonly referenceError: number;
}

/** reference = gain × board + offset. */
interface FittedLine {
  readonly gain: number;
  readonly offset: number;
  /** Half-widths at 95 %. */
  readonly gainHalf: number;
  readonly offsetHalf: number;
  readonly correlation: number;
}

const level = 0.95;
/** Degrees of freedom from which on Student's t is the normal distribution, for what is known without counting. */
const plenty = 1e6;

const tQuantile = (outside: number, degreesOfFreedom: number): number =>
  jstat.jStat.studentt.inv(1 - outside / 2, degreesOfFreedom);

/**
 * By how much standard deviations are to be multiplied, so that all figures of a fit hold at once in 95 of 100 cases. What the
 * readings' own errors explain holds at least; where the points scatter more, their scatter, by Student's t for as few as they are.
 * @param chiSquare the sum of squares of what is left, in standard deviations
 */
function halfWidths(chiSquare: number, points: number, figures: 1 | 2): number {
  const outside = (1 - level) / figures;
  const known = tQuantile(outside, plenty);
  const free = points - figures;
  if (free === 0) return known;
  return Math.max(known, tQuantile(outside, free) * Math.sqrt(chiSquare / free));
}

/** What each point counts: the less, the further its two readings may be off. */
const weightsOf = (points: readonly Compared[], gain: number): number[] =>
  points.map(({ boardError, referenceError }) => 1 / (referenceError ** 2 + (gain * boardError) ** 2));

/** Weighted least squares through at least two points that do not lie at one place; errors of both sides count. */
export function fitLine(points: readonly Compared[]): FittedLine {
  let line = weightedLine(points, weightsOf(points, 1));
  line = weightedLine(points, weightsOf(points, line.gain));
  const factor = halfWidths(line.chiSquare, points.length, 2);
  return {
    gain: line.gain,
    offset: line.offset,
    gainHalf: factor * Math.sqrt(line.gainVariance),
    offsetHalf: factor * Math.sqrt(line.offsetVariance),
    correlation: line.covariance / Math.sqrt(line.gainVariance * line.offsetVariance),
  };
}

/** About the weighted mean of the board's readings, where gain and level have nothing to do with each other. */
function weightedLine(points: readonly Compared[], weights: readonly number[]) {
  const sum = (of: (point: Compared) => number): number =>
    points.reduce((all, point, n) => all + weights[n]! * of(point), 0);
  const total = sum(() => 1);
  const centre = sum(({ board }) => board) / total;
  const level = sum(({ reference }) => reference) / total;
  const spread = sum(({ board }) => (board - centre) ** 2);
  const gain = sum(({ board, reference }) => (board - centre) * (reference - level)) / spread;
  const offset = level - gain * centre;
  return {
    gain,
    offset,
    gainVariance: 1 / spread,
    offsetVariance: 1 / total + centre ** 2 / spread,
    covariance: -centre / spread,
    chiSquare: sum(({ board, reference }) => (reference - gain * board - offset) ** 2),
  };
}

/** reference = gain × board, through 0. */
interface FittedRatio {
  readonly gain: number;
  readonly gainHalf: number;
}

/** Of at least one point. */
export function fitRatio(points: readonly Compared[]): FittedRatio {
  let gain = 1;
  let squares = 0;
  let weights: number[] = [];
  for (let round = 0; round < 2; round++) {
    weights = weightsOf(points, gain);
    squares = points.reduce((all, { board }, n) => all + weights[n]! * board ** 2, 0);
    gain =
      points.reduce((all, { board, reference }, n) => all + weights[n]! * board * reference, 0) / squares;
  }
  const chiSquare = points.reduce(
    (all, { board, reference }, n) => all + weights[n]! * (reference - gain * board) ** 2,
    0,
  );
  return { gain, gainHalf: halfWidths(chiSquare, points.length, 1) / Math.sqrt(squares) };
}

/** With fewer, a point that lies apart cannot be told from the line that it would make. */
const fewestForOutliers = 4;

/**
 * Which points lie further from the line through the others than these scatter, in less than 5 of 100 series in which
 * nothing is wrong.
 */
export function outliersOf(points: readonly Compared[]): boolean[] {
  if (points.length < fewestForOutliers) return points.map(() => false);
  const limit = tQuantile((1 - level) / points.length, points.length - 3);
  return points.map((point, left) => {
    const others = points.filter((_, n) => n !== left);
    if (isOnePlace(others)) return false;
    const { gain } = weightedLine(others, weightsOf(others, 1));
    const line = weightedLine(others, weightsOf(others, gain));
    const own = 1 / weightsOf([point], gain)[0]!;
    const { board, reference } = point;
    const predicted =
      line.offsetVariance + board ** 2 * line.gainVariance + 2 * board * line.covariance + own;
    const scatter = Math.max(1, line.chiSquare / (others.length - 2));
    const apart = reference - line.gain * board - line.offset;
    return Math.abs(apart) > limit * Math.sqrt(scatter * predicted);
  });
}

/** A line wants loads that differ by at least this share of the largest. */
const leastSpread = 0.1;

/** Whether points lie so near each other that they tell of no line. */
export function isOnePlace(points: readonly Compared[]): boolean {
  const boards = points.map(({ board }) => board);
  const largest = Math.max(...boards.map(Math.abs));
  const spread = Math.max(...boards) - Math.min(...boards);
  return points.length < 2 || !(spread > leastSpread * largest);
}
