import type { Columns, Samples } from '../../../draw/envelope.js';
import type { Piece } from '../../../draw/packing.js';
import type { PageRun } from '../../../draw/page-data.js';
import { mostColumns, type ServedMeasure, type ServedProgress } from '../../../draw/served.js';
import { figuresOf, type StretchFigures } from '../../../measure/stretch/figures.js';
import type { MeasurablePowers } from '../../../measure/stretch/powers.js';
import { fillRollingMeans } from '../../../measure/stretch/rolling.js';
import type { PowerStore } from '../power-store.js';
import { Asker, type Wanted } from './asker.js';
import { finestPiece } from './finest-piece.js';
import { HeldPiece } from './held-piece.js';
import { joinedPowers } from './joined-powers.js';
import { LiveTail } from './live-tail.js';
import { PieceShelf } from './piece-shelf.js';
import type { ServerLink } from './server-link.js';

/** Of the first picture. */
const overviewColumns = 2048;

/** The powers of a run that its server has: what is asked for is drawn as it is known, and asked for as fine as it is shown. */
export class ServedStore implements PowerStore {
  onChange = (): void => {};
  readonly ready: Promise<void>;
  run: PageRun;
  /** The end is looked at, and moves on: what is pushed of it is fine enough, and nothing finer is asked for. */
  isFollowed = false;
  readonly #link: ServerLink;
  readonly #shelf = new PieceShelf();
  readonly #tail = new LiveTail();
  #progress: ServedProgress | null = null;
  /** By columns: the picture and the one of the whole below it are each as wide as they are, and neither waits for the other. */
  readonly #askers = new Map<number, Asker>();

  constructor(link: ServerLink, run: PageRun) {
    this.#link = link;
    this.run = run;
    this.ready = this.#askOverview();
  }

  get endUs(): number {
    return Math.max(this.run.endUs, this.#tail.piece?.toUs ?? 0);
  }

  expect(fromUs: number, toUs: number, columns: number, windowUs: number): void {
    const asker =
      this.#askers.get(columns) ??
      new Asker(
        (wanted) => this.#askFor(wanted),
        (wanted) => this.#askAround(wanted),
      );
    this.#askers.set(columns, asker);
    const wanted = { fromUs, toUs, columns, windowUs };
    if (this.#isMissing(wanted)) asker.want(wanted);
  }

  isSettled(fromUs: number, toUs: number, columns: number): boolean {
    const [first, last] = [Math.max(fromUs, this.run.startUs), Math.min(toUs, this.endUs)];
    return this.#tail.piece === null && this.#shelf.covers(first, last, (toUs - fromUs) / columns, null);
  }

  fillColumns(series: number, fromUs: number, toUs: number, into: Columns): void {
    for (const column of [into.minMw, into.maxMw, into.meanMw]) column.fill(Number.NaN);
    for (const piece of this.#shelf.coarsestFirst(fromUs, toUs, this.#tail.piece))
      piece.fillWithin(series, fromUs, toUs, into);
  }

  fillRolling(series: number, fromUs: number, toUs: number, windowUs: number, into: Float32Array): void {
    const half = Math.max(windowUs, (toUs - fromUs) / into.length) / 2;
    const powers = this.#powersOver(
      series,
      Math.max(fromUs - half, this.run.startUs),
      Math.min(toUs + half, this.endUs),
    );
    const reach = { startUs: this.run.startUs, endUs: this.endUs };
    if (powers) fillRollingMeans(powers, this.run.gaps, reach, { fromUs, toUs, windowUs }, into);
    else into.fill(Number.NaN);
  }

  samplesIn(fromUs: number, toUs: number, most: number): Samples | null {
    const [first, last] = [Math.max(fromUs, this.run.startUs), Math.min(toUs, this.endUs)];
    const piece = this.#shelf.finestOver(first, last);
    return piece?.samplesIn(fromUs, toUs, most) ?? null;
  }

  /** As its server tells it; to the intervals that are here where that is gone, and of what only passes by. */
  async measure(fromUs: number, toUs: number): Promise<StretchFigures> {
    const [first, last] = [Math.max(fromUs, this.run.startUs), Math.min(toUs, this.endUs)];
    const isPassing = this.isFollowed && this.#powersOver(0, first, last) !== null;
    try {
      if (this.#link.isThere && !isPassing)
        return known(await this.#link.measure(this.run.id, fromUs, toUs), this.run);
    } catch {
      // It has just gone.
    }
    const here = this.run.series.flatMap((_, n) => this.#powersOver(n, first, last) ?? []);
    return figuresOf(this.run, here, fromUs, toUs);
  }

  /** As its server has it; of what is here where that is gone. @throws Error where there is neither */
  async finest(fromUs: number, toUs: number): Promise<Piece> {
    let reason: unknown;
    try {
      if (this.#link.isThere) return await finestPiece(this.#link, this.run.id, fromUs, toUs);
    } catch (error) {
      // It has just gone.
      reason = error;
    }
    const [first, last] = [Math.max(fromUs, this.run.startUs), Math.min(toUs, this.endUs)];
    const held = this.#heldOver(first, last);
    if (held) return held.within(fromUs, toUs);
    throw new Error('the server has gone, and this page does not have all of that', { cause: reason });
  }

  /** What was pushed of a recording under way. */
  append(piece: Piece): void {
    if (piece.kind !== 'intervals') return;
    this.#tail.append(piece, this.run);
    this.onChange();
  }

  /** All of a recording that is over, as its server's last word. */
  keep(piece: Piece): void {
    const { startUs, endUs } = this.run;
    const held = new HeldPiece(piece, this.run, { fromUs: startUs, toUs: endUs });
    this.#shelf.put(held, true, { fromUs: startUs, toUs: endUs, wantedUs: held.intervalUs });
    this.onChange();
  }

  /** Of a recording that is read beside, more is known. */
  readFurther(progress: ServedProgress): void {
    const wasKnownUpToUs = this.#progress?.upToUs ?? 0;
    const isNews = progress.done !== this.#progress?.done || progress.upToUs > wasKnownUpToUs;
    this.#progress = progress;
    if (!isNews) return;
    this.#shelf.outdate(wasKnownUpToUs, progress.done);
    this.onChange();
  }

  #isCovered(fromUs: number, toUs: number, columnUs: number): boolean {
    const tail = this.#tail.piece;
    if (!tail || !this.isFollowed) return this.#shelf.covers(fromUs, toUs, columnUs, tail);
    // The last samples are not pushed until their interval is complete.
    return this.#shelf.covers(fromUs, Math.min(toUs, tail.toUs), Math.max(columnUs, tail.intervalUs), tail);
  }

  async #askOverview(): Promise<void> {
    const { startUs, endUs } = this.run;
    if (endUs > startUs) await this.#ask(startUs, endUs, overviewColumns, true);
  }

  /** Of what is here, the finest that holds all of a stretch. */
  #heldOver(fromUs: number, toUs: number): HeldPiece | null {
    const tail = this.#tail.piece;
    const upToUs = tail && this.isFollowed ? Math.min(toUs, tail.toUs) : toUs;
    return tail?.covers(fromUs, upToUs) ? tail : this.#shelf.finestOver(fromUs, toUs);
  }

  #powersOver(series: number, fromUs: number, toUs: number): MeasurablePowers | null {
    const tail = this.#tail.piece;
    const piece = this.#heldOver(fromUs, toUs);
    if (piece) return piece.powers(series);
    const before = tail && this.#shelf.finestOver(fromUs, tail.fromUs);
    return before ? joinedPowers(before.powers(series), tail.powers(series), tail.fromUs) : null;
  }

  /** Whether the server has something of it that is not here. */
  #isMissing({ fromUs, toUs, columns, windowUs }: Wanted): boolean {
    const [first, last] = [Math.max(fromUs, this.run.startUs), Math.min(toUs, this.endUs)];
    const columnUs = (toUs - fromUs) / columns;
    if (!this.#link.isThere || last <= first) return false;
    if (!this.#isCovered(first, last, columnUs)) return true;
    // Means at a moving end are made of what is pushed of it.
    if (windowUs === 0 || this.#tail.piece) return false;
    const [from, to] = this.#widened(fromUs, toUs, windowUs / 2);
    return !this.#shelf.holds(from, to, Math.max(columnUs, (to - from) / mostColumns));
  }

  /** What is seen, and what is around it if that is near what is here; where one jumps to, it comes later. */
  async #askFor(wanted: Wanted): Promise<void> {
    // What came meanwhile may be what is wanted.
    if (!this.#isMissing(wanted)) return;
    const { fromUs, toUs, columns, windowUs } = wanted;
    const isNear = windowUs > 0 || this.#shelf.touches(fromUs, toUs, (toUs - fromUs) / columns);
    await this.#askWide(wanted, isNear ? marginOf(wanted) : 0);
  }

  async #askAround(wanted: Wanted): Promise<void> {
    const { fromUs, toUs, columns } = wanted;
    const margin = marginOf(wanted);
    const [from, to] = this.#widened(fromUs, toUs, margin);
    if (this.isFollowed || !this.#link.isThere || this.#isCovered(from, to, (toUs - fromUs) / columns))
      return;
    await this.#askWide(wanted, margin);
  }

  async #askWide({ fromUs, toUs, columns }: Wanted, margin: number): Promise<void> {
    const [from, to] = this.#widened(fromUs, toUs, margin);
    const share = (to - from) / (toUs - fromUs);
    await this.#ask(from, to, Math.max(1, Math.ceil(columns * share)));
  }

  /** Up to the ends of the run. */
  #widened(fromUs: number, toUs: number, margin: number): [fromUs: number, toUs: number] {
    const from = Math.max(fromUs - margin, this.run.startUs);
    return [from, Math.min(toUs + margin, Math.max(this.endUs, from + 1))];
  }

  async #ask(fromUs: number, toUs: number, wanted: number, isKept = false): Promise<void> {
    const columns = Math.min(wanted, mostColumns);
    const piece = await this.#link.piece(this.run.id, fromUs, toUs, columns).catch(() => null);
    // The stream's state says that the server is gone, and is back; what is here is drawn meanwhile.
    if (!piece) return;
    const held = new HeldPiece(piece, this.run, { fromUs, toUs });
    this.#shelf.put(held, isKept, { fromUs, toUs, wantedUs: (toUs - fromUs) / columns });
    this.onChange();
  }
}

/** Half as much on both sides is where one moves to next; a mean may reach further. */
const marginOf = ({ fromUs, toUs, windowUs }: Wanted): number => Math.max(toUs - fromUs, windowUs) / 2;

function known(
  { energyJ, uncertaintyJ, meanW, minW, maxW }: ServedMeasure,
  { series }: PageRun,
): StretchFigures {
  const each = (figures: readonly (number | null)[]) =>
    Float64Array.from(series, (_, n) => figures[n] ?? Number.NaN);
  return {
    energyJ: each(energyJ),
    uncertaintyJ: each(uncertaintyJ),
    meanW: each(meanW),
    minW: each(minW),
    maxW: each(maxW),
  };
}
