/** Middle of where most of the intervals overlap. */
export function meetingPoint(lows: number[], highs: number[]): number {
  lows.sort((a, b) => a - b);
  highs.sort((a, b) => a - b);
  let [depth, best, from, to] = [0, 0, Number.NaN, Number.NaN];
  for (let i = 0, j = 0; i < lows.length; ) {
    if (lows[i]! <= highs[j]!) {
      depth++;
      if (depth > best) {
        best = depth;
        from = lows[i]!;
        to = highs[j]!;
      }
      i++;
    } else {
      depth--;
      j++;
    }
  }
  return (from + to) / 2;
}
