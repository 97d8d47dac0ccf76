import { colourOf, inks } from '../../draw/colours.js';
import type { PageHistogram } from '../../draw/page-data.js';
import { contextOf, eachFrame, element, fitText, font } from '../dom.js';
import { dashOf } from '../plot/curves.js';
import type { AppState } from '../state/app-state.js';
import type { Channel } from '../state/recording.js';
import { card } from './card.js';

const rowHeight = 52;
const axisHeight = 22;
const nameWidth = 96;
/** Between two marks of the axis, CSS pixels. */
const leastStepPx = 64;

interface Row {
  readonly channel: Channel;
  /** By run. */
  readonly histograms: readonly PageHistogram[];
}

/** How long each component drew which power: one above the other, on one axis. */
export class Histograms {
  readonly root: HTMLElement;
  readonly #state: AppState;
  readonly #canvas = element('canvas', { role: 'img', 'aria-label': 'Histogram of power by component' });
  readonly #holder: HTMLElement;
  /** Of a recording under way something comes. */
  readonly #keepsPlace: boolean;
  readonly #components: number;

  constructor(state: AppState) {
    this.#state = state;
    this.#keepsPlace = state.isUnderWay;
    this.#components = state.channels.filter(({ kind }) => kind === 'component').length;
    this.#holder = element('div', { class: 'histograms' }, this.#canvas);
    this.root = card('How often which power', 'histogram', this.#holder);
    const paint = eachFrame(() => this.#paint());
    state.on(['theme', 'runs', 'series'], paint);
    new ResizeObserver(paint).observe(this.#holder);
    paint();
  }

  #paint(): void {
    const shown = this.#state.recordings.filter(({ isShown }) => isShown);
    const rows = this.#state.channels.flatMap((channel): Row[] => {
      const histograms = shown.flatMap(({ run }) =>
        run.histograms.filter(({ series }) => series === channel.name),
      );
      return histograms.length > 0 ? [{ channel, histograms }] : [];
    });
    this.root.hidden = rows.length === 0 && !this.#keepsPlace;
    const width = this.#holder.clientWidth;
    if (rows.length === 0 || width === 0) {
      this.#canvas.style.height = `${this.#components * rowHeight + axisHeight}px`;
      return;
    }
    const ratio = devicePixelRatio;
    const height = rows.length * rowHeight + axisHeight;
    Object.assign(this.#canvas, { width: width * ratio, height: height * ratio });
    this.#canvas.style.height = `${height}px`;
    const context = contextOf(this.#canvas);
    context.scale(ratio, ratio);
    context.font = font;
    const all = rows.flatMap(({ histograms }) => histograms);
    const lowMw = Math.min(0, ...all.map(({ fromMw }) => fromMw));
    const highMw = Math.max(...all.map(({ fromMw, binMw, counts }) => fromMw + binMw * counts.length));
    const x = (mw: number) => nameWidth + ((mw - lowMw) / (highMw - lowMw)) * (width - nameWidth - 26);
    this.#paintAxis(context, x, lowMw, highMw, { width, height });
    for (const [n, row] of rows.entries()) this.#paintRow(context, row, x, (n + 1) * rowHeight);
  }

  #paintAxis(
    context: CanvasRenderingContext2D,
    x: (mw: number) => number,
    lowMw: number,
    highMw: number,
    { width, height }: { readonly width: number; readonly height: number },
  ): void {
    const ink = inks[this.#state.theme];
    const rough = ((highMw - lowMw) / 1e3 / (width - nameWidth)) * leastStepPx;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    for (let w = Math.ceil(lowMw / 1e3 / step) * step; w * 1e3 <= highMw; w += step) {
      context.fillStyle = ink.line;
      context.fillRect(Math.round(x(w * 1e3)), 0, 1, height - axisHeight);
      context.fillStyle = ink.faint;
      context.fillText(`${Number(w.toPrecision(6))} W`, x(w * 1e3), height - 5);
    }
  }

  /** The first run as bars, the others as lines over it, dashed as their curves are. */
  #paintRow(
    context: CanvasRenderingContext2D,
    { channel, histograms }: Row,
    x: (mw: number) => number,
    base: number,
  ): void {
    const ink = inks[this.#state.theme];
    context.fillStyle = ink.line;
    context.fillRect(nameWidth, base, context.canvas.width, 1);
    const colour = colourOf(channel.name, channel.colourIndex, this.#state.theme);
    for (const [run, { fromMw, binMw, counts }] of histograms.entries()) {
      const most = Math.max(...counts, 1);
      context.fillStyle = colour;
      context.strokeStyle = run === 0 ? colour : ink.ink;
      context.setLineDash([...(dashOf(run) ?? [])]);
      context.beginPath();
      for (const [n, count] of counts.entries()) {
        const [left, right] = [x(fromMw + n * binMw), x(fromMw + (n + 1) * binMw)];
        // What was rare is seen too.
        const height = Math.max((count / most) * (rowHeight - 10), 1.5);
        if (count === 0) {
          context.moveTo(right, base);
          continue;
        }
        if (run === 0) context.rect(left, base - height, Math.max(right - left, 1), height);
        else {
          context.lineTo(left, base - height);
          context.lineTo(right, base - height);
          if (!counts[n + 1]) context.lineTo(right, base);
        }
      }
      if (run === 0) context.fill();
      else context.stroke();
    }
    context.setLineDash([]);
    context.fillStyle = ink.ink;
    context.textAlign = 'left';
    context.textBaseline = 'alphabetic';
    context.fillText(fitText(context, channel.name, nameWidth - 8), 0, base - 4);
  }
}
