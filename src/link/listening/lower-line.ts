/** A straight line: `y0` at `x0`, and so much more for each 1 of x. */
export interface Line {
  readonly x0: number;
  readonly y0: number;
  readonly slope: number;
}

export const lineAt = ({ x0, y0, slope }: Line, x: number): number => y0 + slope * (x - x0);

/**
 * The line that no point lies below and that all together lie closest to: the edge of their lower hull over the middle of their
 * x. Where points can only be too high, as arrivals can only be late, it is where they would lie without that.
 * @param xs Ascending. Where there is no point, the line is 0.
 */
export function lowerLine(xs: Float64Array, ys: Float64Array): Line {
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
