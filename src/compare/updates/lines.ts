/** A straight line: its height at step 0, and by how much it rises with each, µs. */
export interface Line {
  readonly heightUs: number;
  readonly riseUs: number;
}

/** So many bracket widths from the first line no other one passes through all brackets. */
const farthestWidths = 8;

export const heightAt = ({ heightUs, riseUs }: Line, step: number): number => heightUs + riseUs * step;

/**
 * The lines that pass through every bracket, as the corners of a convex polygon in order; none where updates scatter by more than the brackets
 * leave open. Each bracket's two ends cut off a part of it.
 * @param about a line near all of them
 */
export function linesThrough(
  lowUs: Float64Array,
  highUs: Float64Array,
  steps: Float64Array,
  about: Line,
): Line[] {
  const widthUs = farthestWidths * Math.max(...highUs.map((us, n) => us - lowUs[n]!));
  const perStep = widthUs / Math.max(1, steps[steps.length - 1]! - steps[0]!);
  let corners: Line[] = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([x, y]) => ({ heightUs: about.heightUs + x! * widthUs, riseUs: about.riseUs + y! * perStep }));
  for (let n = 0; n < steps.length && corners.length > 0; n++) {
    corners = cut(corners, (line) => heightAt(line, steps[n]!) - lowUs[n]!);
    corners = cut(corners, (line) => highUs[n]! - heightAt(line, steps[n]!));
  }
  return corners;
}

/** What is left of a polygon where `inside` is not negative. */
function cut(corners: readonly Line[], inside: (line: Line) => number): Line[] {
  const left: Line[] = [];
  for (let n = 0; n < corners.length; n++) {
    const [here, next] = [corners[n]!, corners[(n + 1) % corners.length]!];
    const [from, to] = [inside(here), inside(next)];
    if (from >= 0) left.push(here);
    if (from >= 0 !== to >= 0) {
      const share = from / (from - to);
      left.push({
        heightUs: here.heightUs + share * (next.heightUs - here.heightUs),
        riseUs: here.riseUs + share * (next.riseUs - here.riseUs),
      });
    }
  }
  return left;
}

/** The centre of gravity of a polygon of lines: each of them is as likely as the others. */
export function middleLine(corners: readonly Line[]): Line {
  const [first] = corners as [Line, ...Line[]];
  let [area, height, rise] = [0, 0, 0];
  for (let n = 1; n + 1 < corners.length; n++) {
    const [a, b] = [corners[n]!, corners[n + 1]!];
    const [ax, ay] = [a.heightUs - first.heightUs, a.riseUs - first.riseUs];
    const [bx, by] = [b.heightUs - first.heightUs, b.riseUs - first.riseUs];
    const part = ax * by - bx * ay;
    area += part;
    height += (part * (ax + bx)) / 3;
    rise += (part * (ay + by)) / 3;
  }
  if (!(Math.abs(area) > 0)) return first;
  return { heightUs: first.heightUs + height / area, riseUs: first.riseUs + rise / area };
}

/** How far the farthest of the lines lies from one of them at a step, µs. */
export const reachAt = (corners: readonly Line[], line: Line, step: number): number =>
  corners.reduce((most, each) => Math.max(most, Math.abs(heightAt(each, step) - heightAt(line, step))), 0);
