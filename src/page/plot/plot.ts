import { contextOf, element, FrameTask } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { Axes, type PowerRange } from './axes.js';
import { paintBackdrop } from './backdrop.js';
import { CursorLayer } from './cursor-layer.js';
import { Curves } from './curves.js';
import { Gestures } from './gestures.js';
import { powerRangeOf, sameHeight } from './height.js';
import { flagColour, Lanes } from './lanes.js';
import { Minimap } from './minimap.js';

const usPerS = 1e6;

/** The picture: axes, curves, phases over it and the whole recording below. */
export class Plot {
  readonly root = element('section', { class: 'plot', 'aria-label': 'Power over time' });
  readonly #state: AppState;
  readonly #axes: Axes;
  readonly #curves: Curves;
  readonly #lanes: Lanes;
  readonly #cursors: CursorLayer;
  readonly #minimap: Minimap;
  readonly #canvas = element('canvas', {
    class: 'curves',
    role: 'img',
    'aria-label': 'Curves of power over time',
  });
  readonly #host = element('div', { class: 'plot-axes' });
  #wholeHeight: PowerRange | undefined;
  /** As it is drawn. */
  #height: PowerRange | undefined;
  /** Whether it was drawn as fine as it is known. */
  #isSettled = false;
  /** For which sizes everything was made to fit. */
  #fitted = '';
  #hasBegun = false;
  readonly #task = new FrameTask(() => this.#draw());
  readonly redraw = this.#task.ask;

  constructor(state: AppState, parent: HTMLElement) {
    this.#state = state;
    this.#curves = new Curves(state);
    this.#lanes = new Lanes(state);
    this.#minimap = new Minimap(state);
    this.#cursors = new CursorLayer(state);
    this.root.append(this.#lanes.canvas, this.#lanes.more, this.#host, this.#minimap.root);
    parent.append(this.root);
    this.#axes = new Axes(this.#host, state.theme, this.#size());
    this.#axes.over.append(this.#canvas, this.#cursors.root);
    new Gestures(state, this.#axes.over);
    state.on(['powers', 'series', 'offsets', 'runs'], () => {
      this.#wholeHeight = undefined;
    });
    state.on(['view', 'series', 'theme', 'rolling', 'scale', 'offsets', 'runs', 'bands'], this.redraw);
    state.on(['powers'], () => this.#learn());
    state.on(['view'], () => state.expect(state.view, this.columns, true));
    state.on(['runs', 'bands', 'series'], () => this.fit());
    state.on(['jump'], () => this.root.scrollIntoView({ block: 'nearest' }));
    new ResizeObserver(() => this.fit()).observe(this.#host);
  }

  /** Draws from now on: before there is something, an empty picture would only cost time. */
  begin(): void {
    this.#hasBegun = true;
    this.redraw();
  }

  /** How many pixels of the screen it is wide. */
  get columns(): number {
    return this.#axes.area.width;
  }

  /** Everything that can be seen of it now, as one picture. */
  get layers(): {
    readonly axes: HTMLCanvasElement;
    readonly curves: HTMLCanvasElement;
    readonly lanes: HTMLCanvasElement;
    readonly area: Axes['area'];
  } {
    return {
      axes: this.#axes.canvas,
      curves: this.#canvas,
      lanes: this.#lanes.canvas,
      area: this.#axes.area,
    };
  }

  /** More is known of powers; of those in view, or of what the height goes by, or of neither. */
  #learn(): void {
    const { view, follows, fitsHeight } = this.#state;
    // Also where what was drawn is out of date by now.
    const isSeen = !this.#isSettled || !this.#state.isSettled(view, this.columns);
    // It moves with each picture of the screen anyway.
    if (follows) this.#task.ask();
    else if (isSeen) this.#task.askNow();
    else if (!fitsHeight && !sameHeight(this.#heightOfWhole(), this.#height)) this.#task.ask();
  }

  #draw(): void {
    if (!this.#hasBegun) return;
    const { view, fitsHeight } = this.#state;
    // Again, where more has become known.
    this.#state.expect(view, this.columns, true);
    this.#isSettled = this.#state.isSettled(view, this.columns);
    const height = fitsHeight ? powerRangeOf(this.#state, view, this.columns, true) : this.#heightOfWhole();
    this.#height = height;
    this.#axes.theme = this.#state.theme;
    this.#axes.show(view, height);
    const { width, height: pixels } = this.#axes.area;
    if (this.#canvas.width !== width || this.#canvas.height !== pixels)
      Object.assign(this.#canvas, { width, height: pixels });
    const context = contextOf(this.#canvas);
    this.#curves.paint(context, view, height, devicePixelRatio);
    paintBackdrop(context, this.#state, view, devicePixelRatio);
    this.#paintFlagLines(context);
    this.#lanes.paint(view, devicePixelRatio);
    // For programs: what is drawn by now, s and W.
    Object.assign(this.root.dataset, {
      from: view.fromUs / usPerS,
      to: view.toUs / usPerS,
      low: height.fromW,
      high: height.toW,
    });
  }

  #heightOfWhole(): PowerRange {
    this.#wholeHeight ??= powerRangeOf(this.#state, this.#state.whole, this.columns, false);
    return this.#wholeHeight;
  }

  #paintFlagLines(context: CanvasRenderingContext2D): void {
    const { width, height } = context.canvas;
    context.save();
    context.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    context.lineWidth = devicePixelRatio;
    context.globalAlpha = 0.7;
    for (const { x, kind } of this.#lanes.flagsIn(this.#state.view, width)) {
      context.strokeStyle = flagColour(kind, this.#state.theme);
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height);
      context.stroke();
    }
    context.restore();
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(this.#host.clientWidth, 120), height: Math.max(this.#host.clientHeight, 120) };
  }

  /** Fits and draws at once, for what does not wait for a picture of the screen. */
  fitNow(): void {
    this.fit();
    this.#draw();
  }

  /** Everything as wide as the window lets it be, over one another to the pixel. */
  fit(): void {
    const { width, height } = this.#size();
    const fitted = `${width} ${height} ${this.#lanes.height} ${devicePixelRatio}`;
    if (fitted === this.#fitted) return;
    this.#fitted = fitted;
    this.#axes.resize(width, height);
    const { left, width: areaWidth } = this.#axes.area;
    const css = `${areaWidth / devicePixelRatio}px`;
    const inset = `${left / devicePixelRatio}px`;
    const { canvas } = this.#lanes;
    canvas.style.height = `${this.#lanes.height}px`;
    for (const { style } of [canvas, this.#minimap.root]) {
      style.marginLeft = inset;
      style.width = css;
    }
    Object.assign(canvas, { width: areaWidth, height: Math.max(this.#lanes.height * devicePixelRatio, 1) });
    this.#cursors.place();
    if (this.#hasBegun) this.#minimap.paint();
    else this.#minimap.place();
    this.redraw();
  }
}
