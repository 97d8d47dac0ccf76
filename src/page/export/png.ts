import { colourOf, inks } from '../../draw/colours.js';
import type { Plot } from '../plot/plot.js';
import type { AppState } from '../state/app-state.js';

const font = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** The plot as it stands, with its title and a legend. */
export function pngOf(state: AppState, plot: Plot, title: string): Promise<Blob> {
  const { axes, curves, lanes, area } = plot.layers;
  const ratio = devicePixelRatio;
  const [head, gap] = [56 * ratio, 8 * ratio];
  const canvas = document.createElement('canvas');
  canvas.width = axes.width + gap;
  canvas.height = head + lanes.height + axes.height + gap;
  const context = canvas.getContext('2d')!;
  const ink = inks[state.theme];
  context.fillStyle = ink.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  context.fillStyle = ink.ink;
  context.font = `600 ${15 * ratio}px ${font}`;
  context.fillText(title, area.left, 17 * ratio);
  let x = area.left;
  context.font = `${13 * ratio}px ${font}`;
  for (const { name, colourIndex } of state.shownChannels) {
    context.fillStyle = colourOf(name, colourIndex, state.theme);
    context.fillRect(x, 39 * ratio, 14 * ratio, 3 * ratio);
    context.fillStyle = ink.ink;
    context.fillText(name, x + 20 * ratio, 41 * ratio);
    x += 38 * ratio + context.measureText(name).width;
  }
  context.drawImage(lanes, area.left, head);
  context.drawImage(axes, 0, head + lanes.height);
  context.drawImage(curves, area.left, head + lanes.height + area.top);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the browser made no picture'))),
      'image/png',
    );
  });
}
