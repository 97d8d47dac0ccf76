import { inks } from '../../draw/colours.js';
import type { AppState } from '../state/app-state.js';
import type { Range } from '../state/range.js';

/** Narrower stretches are drawn this wide, so that they are seen, CSS pixels. */
const leastPx = 1;
const hatchPx = 6;

/** Paints behind the curves: gaps hatched, so that nobody takes them for 0 W; phases as a tint between two lines. */
export function paintBackdrop(
  context: CanvasRenderingContext2D,
  state: AppState,
  view: Range,
  pixelRatio: number,
): void {
  const { width, height } = context.canvas;
  const ink = inks[state.theme];
  const pxPerUs = width / (view.toUs - view.fromUs);
  context.save();
  context.globalCompositeOperation = 'destination-over';
  const hatch = context.createPattern(hatchOf(ink.faint, hatchPx * pixelRatio), 'repeat')!;
  for (const { run, offsetUs, isShown } of state.recordings) {
    if (!isShown) continue;
    const x = (us: number) => (us + offsetUs - view.fromUs) * pxPerUs;
    context.fillStyle = hatch;
    for (const { startUs, endUs } of run.gaps) {
      const left = x(startUs);
      const right = Math.max(x(endUs), left + leastPx * pixelRatio);
      if (right > 0 && left < width) context.fillRect(left, 0, right - left, height);
    }
    context.fillStyle = ink.accent;
    for (const { kind, startUs, endUs } of run.bands) {
      if (kind === 'run' || endUs <= startUs) continue;
      const [left, right] = [x(startUs), x(endUs)];
      if (right < 0 || left > width || right - left < 2 * pixelRatio) continue;
      context.globalAlpha = 0.25;
      context.fillRect(Math.round(left), 0, pixelRatio, height);
      context.fillRect(Math.round(right) - pixelRatio, 0, pixelRatio, height);
      context.globalAlpha = kind === 'phase' ? 0.045 : 0.02;
      context.fillRect(left, 0, right - left, height);
      context.globalAlpha = 1;
    }
  }
  context.restore();
}

const hatches = new Map<string, HTMLCanvasElement>();

function hatchOf(colour: string, size: number): HTMLCanvasElement {
  const key = `${colour} ${size}`;
  const known = hatches.get(key);
  if (known) return known;
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.round(size);
  const context = tile.getContext('2d')!;
  context.strokeStyle = colour;
  context.globalAlpha = 0.45;
  context.lineWidth = Math.max(1, size / hatchPx);
  context.beginPath();
  for (const from of [-size, 0, size]) {
    context.moveTo(from, size);
    context.lineTo(from + size, 0);
  }
  context.stroke();
  hatches.set(key, tile);
  return tile;
}
