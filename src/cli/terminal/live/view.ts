import { braillePlot, letterOf, type PlotSeries, plotColumns } from '../../../draw/braille.js';
import { colourOf } from '../../../draw/colours.js';
import { PacedPlot } from './paced-plot.js';
import { frame } from './paint/frame.js';
import type { Shown, ShownBoard, ShownPhase } from './paint/model.js';
import { help, messages } from './paint/overlay.js';
import type { Style } from './paint/style.js';
import { wires } from './paint/wires.js';
import { scales, stretchOf } from './scales.js';
import type { ScreenSize } from './screen.js';
import type { BoardWatch, Standing } from './watch/board-watch.js';
import type { Stretch } from './watch/history.js';
import type { Phase } from './watch/phase-log.js';

/** What was said is remembered up to this. */
const mostNotices = 100;
const mostPhasesShown = 20;
/** Told elsewhere, or of figures that are not shown. */
const leftOut = ['board-fault', 'wire-alarm', 'few-samples'];

/** How everything stood at an instant. */
interface Instant {
  readonly nowUs: number;
  readonly standings: readonly Standing[];
}

/** What a person sees, and what they chose to see. */
export class LiveView {
  readonly #boards: readonly BoardWatch[];
  readonly #durationMs: number | undefined;
  readonly #style: Style;
  #notices: readonly { readonly atUs: number; readonly text: string }[] = [];
  #scale = 0;
  #overlay: 'help' | 'messages' | 'wires' | null = null;
  readonly #paced = new PacedPlot();
  /** What is held. */
  #held: Instant | null = null;

  constructor(boards: readonly BoardWatch[], durationMs: number | undefined, style: Style) {
    this.#boards = boards;
    this.#durationMs = durationMs;
    this.#style = style;
  }

  notice(text: string, atUs: number): void {
    this.#notices = [...this.#notices, { atUs, text }].slice(-mostNotices);
  }

  /** @param nowUs of the recording */
  press(key: string, nowUs: number): void {
    if (this.#overlay) {
      this.#overlay = null;
      return;
    }
    if (key === ' ') this.#held = this.#held ? null : this.#instant(nowUs);
    else if (key === '?') this.#overlay = 'help';
    else if (key === 'm') this.#overlay = 'messages';
    else if (key === 'w') this.#overlay = 'wires';
    else if (key === 't') this.#scale = (this.#scale + 1) % scales.length;
    else if (key === 'right' || key === 'up') this.#scale = Math.min(this.#scale + 1, scales.length - 1);
    else if (key === 'left' || key === 'down') this.#scale = Math.max(this.#scale - 1, 0);
    else if (key === 'r') for (const board of this.#boards) board.resetExtremes();
  }

  /** Whether a key only closes what lies over the display. */
  get hasOverlay(): boolean {
    return this.#overlay !== null;
  }

  lines(size: ScreenSize, nowUs: number): string[] {
    if (this.#overlay === 'help') return help(size, this.#style);
    const shown = this.#shown(nowUs);
    if (this.#overlay === 'messages') return messages(shown, size, this.#style);
    return this.#overlay === 'wires' ? wires(shown, size, this.#style) : frame(shown, size, this.#style);
  }

  #instant(nowUs: number): Instant {
    return { nowUs, standings: this.#boards.map((board) => board.standing(nowUs)) };
  }

  #shown(nowUs: number): Shown {
    const at = this.#held ?? this.#instant(nowUs);
    const boards = this.#boards.map((board, n) => this.#shownBoard(board, n, at));
    return {
      boards,
      elapsedS: nowUs / 1e6,
      durationS: this.#durationMs === undefined ? null : this.#durationMs / 1e3,
      pausedS: this.#held && this.#held.nowUs / 1e6,
      scale: scales[this.#scale]!.name,
      phases: this.#boards.flatMap((board, n) => phasesOf(board, at.nowUs, at.standings[n]!.lastUs ?? 0)),
      point:
        this.#boards
          .flatMap(({ phases: { lastPoint } }) => lastPoint ?? [])
          .filter(({ atUs }) => atUs <= at.nowUs)
          .map(({ name, atUs }) => ({ name, atS: atUs / 1e6 }))[0] ?? null,
      warnings: this.#boards.flatMap(({ id }, n) =>
        at.standings[n]!.measured.warnings.filter(({ code }) => !leftOut.includes(code)).map(({ message }) =>
          boards.length === 1 ? message : `${id}: ${message}`,
        ),
      ),
      notices: this.#notices.map(({ atUs, text }) => ({ atS: atUs / 1e6, text })),
      plot: (columns, rows) =>
        this.#paced.lines(
          [
            columns,
            rows,
            this.#scale,
            this.#held?.nowUs,
            at.standings.some(({ samples }) => samples > 1),
            ...this.#boards.map(({ phases }) => {
              const { open, ended } = phases.at(at.nowUs);
              return [open.length, ended.at(-1)?.toUs].join();
            }),
          ].join(),
          () => this.#plot(at, columns, rows),
        ),
    };
  }

  #shownBoard(board: BoardWatch, n: number, at: Instant): ShownBoard {
    const { id, identity, components, alarms } = board;
    const { product, name, port, firmware } = identity;
    const standing = at.standings[n]!;
    const { energy_j, energy_uncertainty_j } = standing.measured;
    return {
      id,
      title: name ? `${product} '${name}'` : product,
      whereabouts: `on ${port}${firmware === null ? '' : `, firmware ${firmware}`}`,
      colour: this.#boardColour(id, n),
      letter: letterOf(n),
      components: components.map((component, c) => ({
        name: component,
        letter: letterOf(c),
        colour: colourOf(component, c, this.#style.theme),
        powerMw: standing.powerMw[c] ?? null,
        extremes: standing.extremes[c] ?? null,
        energyJ: energy_j[component] ?? null,
        uncertaintyJ: energy_uncertainty_j[component] ?? null,
        trail: (columns) =>
          board.history.columns(this.#stretch(at, columns), columns, standing.lastUs ?? 0)[c]!.meanMw,
      })),
      ...{ standing, alarms, wires: board.wires },
    };
  }

  #boardColour(id: string, n: number): string {
    return this.#boards.length === 1
      ? colourOf('system', 0, this.#style.theme)
      : colourOf(`board ${id}`, n, this.#style.theme);
  }

  #stretch({ nowUs, standings }: Instant, columns: number): Stretch {
    // Up to the last sample, since what is on its way is no gap; where none come, up to now.
    const lastUs = Math.max(0, ...standings.map((each) => each.lastUs ?? 0));
    const isAway = standings.every(({ awayUs }) => awayUs !== null);
    return stretchOf(scales[this.#scale]!, isAway ? nowUs : lastUs, columns);
  }

  /** Of one board its components, of several each one's system. */
  #plot(at: Instant, widthCells: number, heightCells: number): string[] {
    const columns = plotColumns(widthCells);
    const stretch = this.#stretch(at, columns);
    const { fromUs, toUs } = stretch;
    const series = this.#boards.flatMap((board, n): PlotSeries[] => {
      const each = board.history.columns(stretch, columns, at.standings[n]!.lastUs ?? 0);
      if (this.#boards.length > 1)
        return [{ name: board.id, columns: each[0]!, colour: this.#boardColour(board.id, n) }];
      return board.components.map((name, c) => ({
        name,
        columns: each[c]!,
        colour: colourOf(name, c, this.#style.theme),
      }));
    });
    const bands = this.#boards
      .flatMap(({ phases }) => Object.values(phases.at(at.nowUs)).flat())
      .map(({ name, fromUs: begin, toUs: end }) => ({ name, fromUs: begin, toUs: end ?? at.nowUs }))
      .filter((band) => band.toUs > fromUs && band.fromUs < toUs);
    return braillePlot({
      series,
      widthCells,
      heightCells,
      fromUs,
      toUs,
      colours: this.#style.hasColours,
      theme: this.#style.theme,
      paint: this.#style.colour,
      bands: innermost(bands),
    });
  }
}

/** Those that hold no other, in order: a line has room for one at a time. */
const innermost = <Band extends Stretch>(bands: readonly Band[]): Band[] =>
  bands
    .filter(
      (outer) =>
        !bands.some((inner) => inner !== outer && inner.fromUs >= outer.fromUs && inner.toUs <= outer.toUs),
    )
    .sort((a, b) => a.fromUs - b.fromUs);

/** @param lastUs up to where its samples are known */
function phasesOf(
  { phases, history, accuracyShare }: BoardWatch,
  nowUs: number,
  lastUs: number,
): ShownPhase[] {
  const { open, ended } = phases.at(nowUs);
  return [...open, ...ended.toReversed()].slice(0, mostPhasesShown).map(({ name, fromUs, toUs }: Phase) => {
    const endUs = toUs ?? nowUs;
    const { energyJ, edgesJ } = history.cost(0, fromUs, Math.max(fromUs, Math.min(endUs, lastUs)));
    return {
      name,
      isOpen: toUs === null,
      durationS: (endUs - fromUs) / 1e6,
      energyJ,
      uncertaintyJ: Math.hypot(energyJ * accuracyShare, edgesJ),
    };
  });
}
