import { inks } from '../../draw/colours.js';
import type { PageBand, PageFlag } from '../../draw/page-data.js';
import { printable } from '../../text.js';
import { contextOf, element, fitText, font } from '../dom.js';
import { joules } from '../format.js';
import type { AppState } from '../state/app-state.js';
import { type Range, usAt } from '../state/range.js';

const laneHeight = 22;
const mostLanes = 4;
/** A command and its phases. */
const lanesOfCommand = 2;
const flagHeight = 18;
/** Room for a flag's name, CSS pixels. */
const mostFlagText = 220;
const leastFlagText = 60;

interface Bar {
  readonly band: PageBand;
  readonly range: Range;
  readonly lane: number;
}

interface Flag {
  readonly flag: PageFlag;
  readonly us: number;
}

/** Phases over the plot, each a bar with its name and joules; marks, faults and warnings as flags below them. */
export class Lanes {
  readonly canvas = element('canvas', { class: 'lanes', role: 'img', 'aria-label': 'Phases and marks' });
  readonly #state: AppState;
  #bars: readonly Bar[] = [];
  #flags: readonly Flag[] = [];
  #lanes = 0;
  /** Of a recording under way more comes: a mark, and of a command its phases. */
  readonly #keepsPlace: boolean;
  /** For which there is no row. */
  #left: readonly PageBand[] = [];
  /** Says how many those are, and where they stand. */
  readonly more = element('p', { class: 'lanes-more hint' });

  constructor(state: AppState) {
    this.#state = state;
    this.#keepsPlace = state.isUnderWay;
    state.on(['runs', 'bands', 'offsets', 'series'], () => this.#arrange());
    this.#arrange();
    this.canvas.addEventListener('click', ({ offsetX, offsetY }) => {
      const bar = this.#barAt(offsetX, offsetY);
      if (bar) state.select(bar.range);
    });
    this.canvas.addEventListener('dblclick', ({ offsetX, offsetY }) => {
      const bar = this.#barAt(offsetX, offsetY);
      if (bar) state.setView(bar.range);
    });
    this.canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      const bar = this.#barAt(offsetX, offsetY);
      const flag = bar ? undefined : this.#flagAt(offsetX, offsetY);
      this.canvas.title = bar ? titleOf(bar.band) : printable(flag?.flag.name ?? '');
      this.canvas.style.cursor = bar ? 'pointer' : 'default';
    });
  }

  /** In CSS pixels; 0 where there is nothing to show. */
  get height(): number {
    const flags = this.#flags.length > 0 || this.#keepsPlace ? flagHeight : 0;
    return this.#lanes * laneHeight + flags;
  }

  /** Of what is in view, in pixels of the screen from the left. */
  flagsIn(view: Range, width: number): { readonly x: number; readonly kind: PageFlag['kind'] }[] {
    const pxPerUs = width / (view.toUs - view.fromUs);
    return this.#flags
      .filter(({ us }) => us >= view.fromUs && us <= view.toUs)
      .map(({ us, flag }) => ({ x: (us - view.fromUs) * pxPerUs, kind: flag.kind }));
  }

  paint(view: Range, pixelRatio: number): void {
    const { canvas } = this;
    const context = contextOf(canvas);
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    const width = canvas.width / pixelRatio;
    context.clearRect(0, 0, width, canvas.height);
    context.font = font;
    context.textBaseline = 'middle';
    const pxPerUs = width / (view.toUs - view.fromUs);
    for (const { band, range, lane } of this.#bars) {
      const left = Math.max((range.fromUs - view.fromUs) * pxPerUs, -4);
      const right = Math.min((range.toUs - view.fromUs) * pxPerUs, width + 4);
      if (right < 0 || left > width) continue;
      this.#paintBar(context, band, left, Math.max(right - left, 2), lane * laneHeight);
    }
    this.#paintFlags(context, view, pxPerUs);
  }

  #paintBar(
    context: CanvasRenderingContext2D,
    band: PageBand,
    left: number,
    width: number,
    top: number,
  ): void {
    const ink = inks[this.#state.theme];
    context.fillStyle = ink.accent;
    context.globalAlpha = band.kind === 'phase' ? 0.2 : 0.1;
    context.beginPath();
    context.roundRect(left + 0.5, top + 2, Math.max(width - 1, 1.5), laneHeight - 4, 4);
    context.fill();
    context.globalAlpha = 1;
    const room = width - 14;
    if (room < 14) return;
    context.save();
    context.beginPath();
    context.rect(left + 4, top, width - 8, laneHeight);
    context.clip();
    const text = Math.max(left, 0) + 7;
    const name = textOf(band);
    context.fillStyle = ink.ink;
    context.fillText(name, text, top + laneHeight / 2 + 0.5);
    const after = text + context.measureText(name).width + 8;
    const energy = joules(band.energyJ.system ?? null);
    if (energy !== '–' && after + context.measureText(energy).width < left + width - 6) {
      context.fillStyle = ink.faint;
      context.fillText(energy, after, top + laneHeight / 2 + 0.5);
    }
    context.restore();
  }

  #paintFlags(context: CanvasRenderingContext2D, view: Range, pxPerUs: number): void {
    const ink = inks[this.#state.theme];
    const top = this.#lanes * laneHeight;
    let freeFrom = Number.NEGATIVE_INFINITY;
    for (const [n, { flag, us }] of this.#flags.entries()) {
      if (us < view.fromUs || us > view.toUs) continue;
      const x = (us - view.fromUs) * pxPerUs;
      context.fillStyle = flagColour(flag.kind, this.#state.theme);
      context.beginPath();
      context.moveTo(x, top + 3);
      context.lineTo(x + 8, top + 7);
      context.lineTo(x, top + 11);
      context.fill();
      context.fillRect(x - 0.5, top + 3, 1, flagHeight);
      if (x + 11 < freeFrom) continue;
      const next = this.#flags[n + 1];
      const room = next ? Math.min(mostFlagText, (next.us - us) * pxPerUs - 22) : mostFlagText;
      if (room < leastFlagText) continue;
      const text = fitText(context, printable(flag.name), room);
      const { width } = context.measureText(text);
      context.fillStyle = ink.faint;
      context.fillText(text, x + 11, top + flagHeight / 2 - 1);
      freeFrom = x + 11 + width + 12;
    }
  }

  #arrange(): void {
    const bars: Bar[] = [];
    const left: PageBand[] = [];
    const ends: number[] = [];
    for (const { run, offsetUs, isShown } of this.#state.recordings) {
      if (!isShown) continue;
      const own = ends.length;
      for (const band of [...run.bands].sort((a, b) => a.startUs - b.startUs || b.endUs - a.endUs)) {
        if (band.endUs <= band.startUs) continue;
        const range = { fromUs: band.startUs + offsetUs, toUs: band.endUs + offsetUs };
        let lane = own;
        while (lane < ends.length && ends[lane]! > range.fromUs) lane++;
        if (lane >= mostLanes) {
          left.push(band);
          continue;
        }
        ends[lane] = range.toUs;
        bars.push({ band, range, lane });
      }
    }
    this.#bars = bars;
    this.#lanes = Math.max(ends.length, this.#state.isOfCommand ? lanesOfCommand : 0);
    this.#left = left;
    this.#sayMore();
    this.#flags = this.#state.recordings
      .filter(({ isShown }) => isShown)
      .flatMap(({ run, offsetUs }) => run.flags.map((flag) => ({ flag, us: flag.atUs + offsetUs })))
      .sort((a, b) => a.us - b.us);
  }

  #sayMore(): void {
    const { length } = this.#left;
    const isOfPhases = this.#left.every(({ kind }) => kind === 'phase');
    this.more.hidden = length === 0;
    this.more.textContent = isOfPhases
      ? `+${length} more below these, in the table of phases`
      : `+${length} more below these, in what the summary knows`;
  }

  #usAt(x: number): number {
    return usAt(this.#state.view, x / this.canvas.clientWidth);
  }

  #barAt(x: number, y: number): Bar | undefined {
    const us = this.#usAt(x);
    const lane = Math.floor(y / laneHeight);
    return this.#bars.find((bar) => bar.lane === lane && bar.range.fromUs <= us && us <= bar.range.toUs);
  }

  #flagAt(x: number, y: number): Flag | undefined {
    if (y < this.#lanes * laneHeight) return undefined;
    const [from, to] = [this.#usAt(x - 10), this.#usAt(x + 3)];
    return this.#flags.find(({ us }) => from <= us && us <= to);
  }
}

export const flagColour = (kind: PageFlag['kind'], theme: 'light' | 'dark'): string =>
  kind === 'mark' ? inks[theme].accent : theme === 'light' ? '#b3261e' : '#f2b8b5';

const textOf = ({ kind, name }: PageBand): string =>
  printable(kind === 'phase' || name === kind ? name : `${kind} ${name}`);

const titleOf = (band: PageBand): string =>
  [
    textOf(band),
    ...Object.entries(band.energyJ).map(([component, energyJ]) => `${component} ${joules(energyJ)}`),
  ].join('\n');
