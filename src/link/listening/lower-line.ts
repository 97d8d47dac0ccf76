/** A straight line: `y0` at `x0`, and so much more for each 1 of x. */
export interface Line {
  readonly x0: number;
  readonly y0: number;
  readonly slope: number;
}

export const lineAt = ({ x0, y0, slope }: Line, x: number): number => y0 + slope * (x - x0);

/** So many parts of the whole each give their lowest point. */
const parts = 16;
/** Of parts that are this many times as high as the middle one of them, nothing was on time. */
const lateTimes = 3;

/**
 * The line that points lie on which are as low as they can be, where they can only be too high, as arrivals can only be late.
 * The lowest point of each part tells how steep it is, as the median of all slopes between two of them: one that was lower than
 * any other, or a part in which all were late, does not tilt it. It runs through the lowest of all.
 * @param xs Ascending. Where there is no point, the line is 0.
 */
export function lowerLine(xs: Float64Array, ys: Float64Array): Line {
  const hull = hullLine(xs, ys);
  const lowest = lowestOfParts(xs, ys, hull);
  if (lowest.length < 4) return hull;
  const slopes: number[] = [];
  for (const [n, a] of lowest.entries())
    for (const b of lowest.slice(n + 1)) slopes.push((b.above - a.above) / (b.x - a.x));
  const tilt = median(slopes);
  const x0 = lowest[0]!.x;
  const offset = Math.min(...lowest.map(({ x, above }) => above - tilt * (x - x0)));
  return { x0, y0: lineAt(hull, x0) + offset, slope: hull.slope + tilt };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Points as they lie above a line. */
function lowestOfParts(xs: Float64Array, ys: Float64Array, line: Line): { x: number; above: number }[] {
  const first = xs[0]!;
  const width = (xs[xs.length - 1]! - first) / parts;
  const lowest: { x: number; above: number }[] = [];
  let part = -1;
  for (let n = 0; n < xs.length; n++) {
    const x = xs[n]!;
    const above = ys[n]! - lineAt(line, x);
    const of = Math.min(Math.floor((x - first) / width), parts - 1);
    if (of !== part) lowest.push({ x, above });
    else if (above < lowest.at(-1)!.above) lowest[lowest.length - 1] = { x, above };
    part = of;
  }
  const usual = median(lowest.map(({ above }) => above));
  return lowest.filter(({ above }) => above <= lateTimes * usual);
}

/** The edge of the points' lower hull over the middle of their x: no point lies below it. */
function hullLine(xs: Float64Array, ys: Float64Array): Line {
  const count = xs.length;
  if (count === 0) return { x0: 0, y0: 0, slope: 0 };
  const hull = new Int32Array(count);
  let size = 0;
  let sum = 0;
  for (let n = 0; n < count; n++) {
    sum += xs[n]!;
    while (size > 0 && xs[hull[size - 1]!] === xs[n] && ys[hull[size - 1]!]! >= ys[n]!) size--;
    if (size > 0 && xs[hull[size - 1]!] === xs[n]) continue;
    while (size > 1 && isAbove(xs, ys, hull[size - 2]!, hull[size - 1]!, n)) size--;
    hull[size++] = n;
  }
  const middle = sum / count;
  let edge = 1;
  while (edge < size - 1 && xs[hull[edge]!]! < middle) edge++;
  const from = hull[edge - 1]!;
  const to = size > 1 ? hull[edge]! : from;
  const slope = to === from ? 0 : (ys[to]! - ys[from]!) / (xs[to]! - xs[from]!);
  return { x0: xs[from]!, y0: ys[from]!, slope };
}

/** Whether the point `b` lies on or above the line from `a` to `c`. */
const isAbove = (xs: Float64Array, ys: Float64Array, a: number, b: number, c: number): boolean =>
  (ys[b]! - ys[a]!) * (xs[c]! - xs[a]!) >= (ys[c]! - ys[a]!) * (xs[b]! - xs[a]!);
