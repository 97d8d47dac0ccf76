import { colourOf } from '../../draw/colours.js';
import { newColumns, type Samples } from '../../draw/envelope.js';
import type { AppState } from '../state/app-state.js';
import type { Range } from '../state/range.js';
import type { Channel, Recording } from '../state/recording.js';
import type { PowerRange } from './axes.js';
import { type Brush, type HeightScale, linePainter, rangePainter } from './paint-columns.js';
import { paintSamples } from './paint-samples.js';
import { type ColumnPainter, pixelOf, Raster } from './raster.js';

const mwPerW = 1e3;
/** Samples are drawn one by one where they lie so many CSS pixels apart or more. */
const apartPx = 3;
/** By recording: line and gap, CSS pixels; the first is without gaps. */
const dashes: readonly (readonly [number, number] | null)[] = [null, [7, 4], [2, 3], [14, 4], [4, 8]];

export const dashOf = (recording: number): readonly [number, number] | null =>
  dashes[recording % dashes.length]!;

/** Paints every power that is shown. */
export class Curves {
  readonly #state: AppState;
  #raster = new Raster(1, 1);

  constructor(state: AppState) {
    this.#state = state;
  }

  paint(
    context: CanvasRenderingContext2D,
    view: Range,
    { fromW, toW }: PowerRange,
    pixelRatio: number,
  ): void {
    const { width, height } = context.canvas;
    if (this.#raster.width !== width || this.#raster.height !== height)
      this.#raster = new Raster(width, height);
    const scale = { topMw: toW * mwPerW, pxPerMw: height / ((toW - fromW) * mwPerW) };
    const painters: ColumnPainter[] = [];
    const later: (() => void)[] = [];
    this.#state.recordings.forEach((recording, n) => {
      if (!recording.isShown) return;
      const { store, offsetUs } = recording;
      const own = { fromUs: view.fromUs - offsetUs, toUs: view.toUs - offsetUs };
      const samples = store.samplesIn(own.fromUs, own.toUs, width / (apartPx * pixelRatio));
      for (const channel of this.#state.shownChannels) {
        const series = channel.series[n]!;
        if (series < 0) continue;
        const brush = this.#brush(channel, n, pixelRatio);
        if (samples && isKnown(samples, series)) {
          later.push(() => paintSamples(context, samples, series, recording, own, scale, brush));
          if (this.#state.rolling.isOn) painters.push(this.#mean(recording, series, own, scale, brush));
        } else painters.push(...this.#columns(recording, series, own, scale, brush));
      }
    });
    context.putImageData(this.#raster.paint(painters), 0, 0);
    for (const call of later) call();
  }

  #brush({ name, colourIndex }: Channel, recording: number, pixelRatio: number): Brush {
    const dash = dashOf(recording);
    return {
      colour: pixelOf(colourOf(name, colourIndex, this.#state.theme)),
      pixelRatio,
      dash: dash && [dash[0] * pixelRatio, dash[1] * pixelRatio],
    };
  }

  #columns(
    recording: Recording,
    series: number,
    own: Range,
    scale: HeightScale,
    brush: Brush,
  ): readonly ColumnPainter[] {
    const columns = newColumns(this.#raster.width);
    recording.store.fillColumns(series, own.fromUs, own.toUs, columns);
    const line = this.#state.rolling.isOn
      ? this.#mean(recording, series, own, scale, brush)
      : linePainter(columns.meanMw, scale, brush, 1.25 * brush.pixelRatio);
    return [rangePainter(columns, scale, brush), line];
  }

  #mean(
    recording: Recording,
    series: number,
    { fromUs, toUs }: Range,
    scale: HeightScale,
    brush: Brush,
  ): ColumnPainter {
    const line = new Float32Array(this.#raster.width);
    const windowUs = this.#state.windowUsOf(recording);
    recording.store.fillRolling(series, fromUs, toUs, windowUs, line);
    return linePainter(line, scale, brush, 2 * brush.pixelRatio);
  }
}

const isKnown = ({ powerMw }: Samples, series: number): boolean =>
  !Number.isNaN(powerMw[series]?.[0] ?? Number.NaN);
