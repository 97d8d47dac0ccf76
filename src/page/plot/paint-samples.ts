import type { Samples } from '../../draw/envelope.js';
import type { Range } from '../state/range.js';
import type { Recording } from '../state/recording.js';
import type { Brush, HeightScale } from './paint-columns.js';

/** Samples have dots where they lie so many CSS pixels apart. */
const dotsFromPx = 7;
const dotRadiusPx = 2.6;

/** Draws samples one by one, with straight lines between them as their energy is reckoned, and none across gaps. */
export function paintSamples(
  context: CanvasRenderingContext2D,
  { timeUs, powerMw }: Samples,
  series: number,
  { run }: Recording,
  { fromUs, toUs }: Range,
  { topMw, pxPerMw }: HeightScale,
  { colour, pixelRatio, dash }: Brush,
): void {
  const count = timeUs.length;
  const pxPerUs = context.canvas.width / (toUs - fromUs);
  const mw = powerMw[series]!;
  const x = (n: number) => (timeUs[n]! - fromUs) * pxPerUs;
  const y = (n: number) => (topMw - mw[n]!) * pxPerMw;
  context.save();
  const css = `rgb(${colour & 0xff} ${(colour >> 8) & 0xff} ${(colour >> 16) & 0xff})`;
  context.strokeStyle = css;
  context.fillStyle = css;
  context.lineWidth = 1.25 * pixelRatio;
  context.lineJoin = 'round';
  if (dash) context.setLineDash([...dash]);
  context.beginPath();
  let gap = 0;
  for (let n = 0; n < count; n++) {
    const beforeUs = timeUs[n - 1] ?? Number.NEGATIVE_INFINITY;
    const middleUs = (beforeUs + timeUs[n]!) / 2;
    while (gap < run.gaps.length && run.gaps[gap]!.endUs < middleUs) gap++;
    const isBridge = n === 0 || (gap < run.gaps.length && run.gaps[gap]!.startUs < middleUs);
    if (isBridge) context.moveTo(x(n), y(n));
    else context.lineTo(x(n), y(n));
  }
  context.stroke();
  // Means have no instants.
  if (run.meansUs === undefined && context.canvas.width / Math.max(count, 1) >= dotsFromPx * pixelRatio) {
    context.beginPath();
    for (let n = 0; n < count; n++) {
      context.moveTo(x(n) + dotRadiusPx * pixelRatio, y(n));
      context.arc(x(n), y(n), dotRadiusPx * pixelRatio, 0, 2 * Math.PI);
    }
    context.fill();
  }
  context.restore();
}
