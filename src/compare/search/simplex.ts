/** A point of two coordinates and its cost. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly cost: number;
}

/** Nelder and Mead's descent in two dimensions; with `stepY` 0, along x alone. */
export function descend(
  cost: (x: number, y: number) => number,
  start: { readonly x: number; readonly y: number },
  stepX: number,
  stepY: number,
  evaluations: number,
  enoughX: number,
): Point {
  const at = (x: number, y: number): Point => ({ x, y, cost: cost(x, y) });
  if (stepY === 0) return descendAlong(at, start, stepX, evaluations, enoughX);
  let corners = [at(start.x, start.y), at(start.x + stepX, start.y), at(start.x, start.y + stepY)];
  for (let left = evaluations - 3; left > 0; ) {
    corners.sort((a, b) => a.cost - b.cost);
    const [best, middle, worst] = corners as [Point, Point, Point];
    if (
      Math.abs(worst.x - best.x) < enoughX &&
      Math.abs(worst.y - best.y) < 1e-3 &&
      Math.abs(middle.x - best.x) < enoughX
    )
      break;
    const [centreX, centreY] = [(best.x + middle.x) / 2, (best.y + middle.y) / 2];
    const along = (share: number) =>
      at(centreX + share * (worst.x - centreX), centreY + share * (worst.y - centreY));
    const mirrored = along(-1);
    left--;
    if (mirrored.cost < best.cost) {
      const further = along(-2);
      left--;
      corners = [best, middle, further.cost < mirrored.cost ? further : mirrored];
    } else if (mirrored.cost < middle.cost) corners = [best, middle, mirrored];
    else {
      const nearer = along(mirrored.cost < worst.cost ? -0.5 : 0.5);
      left--;
      if (nearer.cost < Math.min(worst.cost, mirrored.cost)) corners = [best, middle, nearer];
      else {
        const shrink = (point: Point) => at((point.x + best.x) / 2, (point.y + best.y) / 2);
        corners = [best, shrink(middle), shrink(worst)];
        left -= 2;
      }
    }
  }
  return corners.reduce((a, b) => (b.cost < a.cost ? b : a));
}

function descendAlong(
  at: (x: number, y: number) => Point,
  { x, y }: { readonly x: number; readonly y: number },
  stepX: number,
  evaluations: number,
  enoughX: number,
): Point {
  let best = at(x, y);
  let step = stepX;
  for (let left = evaluations - 1; left > 0 && step > enoughX; ) {
    const [below, above] = [at(best.x - step, y), at(best.x + step, y)];
    left -= 2;
    if (Math.min(below.cost, above.cost) < best.cost) {
      best = below.cost < above.cost ? below : above;
      step *= 1.5;
    } else {
      const bend = below.cost - 2 * best.cost + above.cost;
      const summit = bend > 0 ? best.x + (step * (below.cost - above.cost)) / (2 * bend) : best.x;
      const there = at(summit, y);
      left--;
      if (there.cost < best.cost) best = there;
      step /= 3;
    }
  }
  return best;
}
