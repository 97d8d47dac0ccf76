import uPlot from 'uplot';
import { inks, type Theme } from '../../draw/colours.js';
import { font } from '../dom.js';
import { instant } from '../format.js';
import type { Range } from '../state/range.js';

const usPerS = 1e6;

/** Steps of the time axis, s: decimal below a minute, a clock's above. */
const timeSteps = [
  ...Array.from({ length: 8 }, (_, n) => n - 6).flatMap((power) =>
    [1, 2, 5].map((step) => Number(`${step}e${power}`)),
  ),
  ...[15, 30].map((minutes) => minutes * 2),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12, 24, 48, 96].map((hours) => hours * 3600),
].filter((step, n, all) => step < 20 || (step >= 30 && all.indexOf(step) === n));

/** Power axis, W. */
export interface PowerRange {
  readonly fromW: number;
  readonly toW: number;
}

/** Axes, grid and cross hair: uPlot's, without any data of its own. */
export class Axes {
  readonly #plot: uPlot;
  #theme: Theme;
  #view: Range = { fromUs: 0, toUs: 1 };
  #power: PowerRange = { fromW: 0, toW: 1 };

  constructor(host: HTMLElement, theme: Theme, size: { width: number; height: number }) {
    this.#theme = theme;
    const colours = { stroke: () => inks[this.#theme].faint, font };
    const grid = { stroke: () => inks[this.#theme].line, width: 1 };
    this.#plot = new uPlot(
      {
        ...size,
        padding: [8, 22, 0, 0],
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false } },
        scales: {
          x: {
            time: false,
            range: () => [this.#view.fromUs / usPerS, this.#view.toUs / usPerS],
          },
          y: { range: () => [this.#power.fromW, this.#power.toW] },
        },
        axes: [
          {
            ...colours,
            grid,
            ticks: { ...grid, size: 4 },
            size: 30,
            gap: 4,
            space: 90,
            incrs: timeSteps,
            values: (_, splits, _axis, _space, step) => splits.map((at) => instant(at, step)),
          },
          {
            ...colours,
            grid,
            ticks: { ...grid, size: 4 },
            size: 64,
            gap: 6,
            space: 44,
            values: (_, splits) => splits.map((at) => `${at} W`),
          },
        ],
        series: [{}, { show: true, paths: () => null, points: { show: false } }],
      },
      [
        [0, 1],
        [null, null],
      ],
      host,
    );
  }

  /** What pointers are over: exactly the plotting area. */
  get over(): HTMLElement {
    return this.#plot.over;
  }

  get canvas(): HTMLCanvasElement {
    return this.#plot.ctx.canvas;
  }

  /** The plotting area within the canvas, in pixels of the screen. */
  get area(): {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  } {
    const { left, top, width, height } = this.#plot.bbox;
    return { left, top, width: Math.round(width), height: Math.round(height) };
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height });
  }

  set theme(theme: Theme) {
    this.#theme = theme;
  }

  show(view: Range, power: PowerRange): void {
    this.#view = view;
    this.#power = power;
    this.#plot.batch(() => {
      this.#plot.setScale('x', { min: view.fromUs / usPerS, max: view.toUs / usPerS });
      this.#plot.setScale('y', { min: power.fromW, max: power.toW });
    });
  }
}
