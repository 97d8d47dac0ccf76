import type { Theme } from '../../draw/colours.js';
import type { PageRun } from '../../draw/page-data.js';
import { Announcements } from './announcements.js';
import { fitted, followed, lengthUs, type Range, sameRange } from './range.js';
import { type Channel, channelsOf, type Recording } from './recording.js';
import { ViewHistory } from './view-history.js';

export interface Rolling {
  readonly isOn: boolean;
  readonly amount: number;
  readonly unit: 'samples' | 's';
}

/** Instants on the axis, µs; null where a cursor is not set. */
export type Cursors = readonly [number | null, number | null];

/** All that the page shows is made of this, and of its recordings' powers. */
export class AppState extends Announcements {
  readonly recordings: readonly Recording[];
  readonly channels: readonly Channel[];
  readonly #history = new ViewHistory();
  #whole: Range;
  #view: Range;
  #cursors: Cursors = [null, null];
  #pointerUs: number | null = null;
  #shown: ReadonlySet<string>;
  #theme: Theme;
  #rolling: Rolling = { isOn: false, amount: 200, unit: 'samples' };
  #verdict = '';
  #dragPans = false;
  #fitsHeight = false;
  /** Which recording is moved along the axis by keys. */
  movable: number;

  constructor(recordings: readonly Recording[], theme: Theme) {
    super();
    this.recordings = recordings;
    this.channels = channelsOf(recordings);
    this.movable = recordings.length - 1;
    this.#theme = theme;
    this.#whole = wholeOf(recordings);
    this.#view = this.#whole;
    const components = this.channels.filter(({ kind }) => kind === 'component');
    const first = recordings.length > 2 || components.length === 0 ? this.channels.slice(0, 1) : components;
    this.#shown = new Set(first.map(({ name }) => name));
  }

  /** From where the first run begins to where the last ends. */
  get whole(): Range {
    return this.#whole;
  }

  get view(): Range {
    return this.#view;
  }

  /** @param isStep whether one can come back to the view that is left */
  setView(range: Range, isStep = true): void {
    const next = fitted(range, this.#whole);
    if (sameRange(next, this.#view)) return;
    if (isStep) this.#history.leave(this.#view);
    this.#view = next;
    this.changed('view');
  }

  /** Where a movement of many small steps begins: one comes back to here. */
  rememberView(): void {
    this.#history.leave(this.#view);
  }

  get history(): Pick<ViewHistory, 'canGoBack' | 'canGoForth'> {
    return this.#history;
  }

  undoView(): void {
    this.#jump(this.#history.back(this.#view));
  }

  redoView(): void {
    this.#jump(this.#history.forth(this.#view));
  }

  get cursors(): Cursors {
    return this.#cursors;
  }

  setCursors(cursors: Cursors): void {
    if (cursors[0] === this.#cursors[0] && cursors[1] === this.#cursors[1]) return;
    this.#cursors = cursors;
    this.changed('cursors');
  }

  /** Sets one cursor, the first that is free; where none is, both begin anew. */
  addCursor(us: number): void {
    const [a, b] = this.#cursors;
    this.setCursors(a === null || b !== null ? [us, null] : [a, us]);
  }

  /** Between the two cursors. */
  get selection(): Range | null {
    const [a, b] = this.#cursors;
    return a === null || b === null ? null : { fromUs: Math.min(a, b), toUs: Math.max(a, b) };
  }

  select({ fromUs, toUs }: Range): void {
    this.setCursors([fromUs, toUs]);
  }

  /** Selects, and moves the view where that is elsewhere. */
  show(range: Range): void {
    this.select(range);
    const spare = lengthUs(range) * 0.1;
    const isInView = range.fromUs >= this.#view.fromUs && range.toUs <= this.#view.toUs;
    this.goTo(isInView ? this.#view : { fromUs: range.fromUs - spare, toUs: range.toUs + spare });
  }

  /** Moves the view, and has the plot come on the screen. */
  goTo(range: Range): void {
    this.setView(range);
    this.changed('jump');
  }

  /** What the selection cost, in few words; empty as long as that is not known. */
  get verdict(): string {
    return this.#verdict;
  }

  set verdict(text: string) {
    if (text === this.#verdict) return;
    this.#verdict = text;
    this.changed('verdict');
  }

  /** Under the mouse; null where that is elsewhere. */
  get pointerUs(): number | null {
    return this.#pointerUs;
  }

  set pointerUs(us: number | null) {
    this.#pointerUs = us;
    this.changed('pointer');
  }

  isShown(name: string): boolean {
    return this.#shown.has(name);
  }

  get shownChannels(): Channel[] {
    return this.channels.filter(({ name }) => this.#shown.has(name));
  }

  toggleChannel(name: string): void {
    const shown = new Set(this.#shown);
    if (!shown.delete(name)) shown.add(name);
    this.showChannels(shown);
  }

  showChannels(names: ReadonlySet<string>): void {
    this.#shown = names;
    this.changed('series');
  }

  toggleRecording(recording: Recording): void {
    recording.isShown = !recording.isShown;
    this.changed('series');
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    this.changed('theme');
  }

  get rolling(): Rolling {
    return this.#rolling;
  }

  setRolling(change: Partial<Rolling>): void {
    this.#rolling = { ...this.#rolling, ...change };
    this.changed('rolling');
  }

  /** Whether dragging moves the view; else it selects. */
  get dragPans(): boolean {
    return this.#dragPans;
  }

  set dragPans(pans: boolean) {
    this.#dragPans = pans;
    this.changed('drag');
  }

  /** Whether the power axis fits what is in view; else it fits the whole recording and stands still. */
  get fitsHeight(): boolean {
    return this.#fitsHeight;
  }

  set fitsHeight(fits: boolean) {
    this.#fitsHeight = fits;
    this.changed('scale');
  }

  setOffset(recording: Recording, offsetUs: number): void {
    const wasWhole = sameRange(this.#view, this.#whole);
    recording.offsetUs = offsetUs;
    this.#whole = wholeOf(this.recordings);
    this.#view = wasWhole ? this.#whole : fitted(this.#view, this.#whole);
    this.changed('offsets');
    this.changed('view');
  }

  /** More is known of a run, which may be longer by now: who looks at all of it, or at its end, goes on to. */
  setRun(recording: Recording, run: PageRun): void {
    recording.run = run;
    const before = this.#whole;
    this.#whole = wholeOf(this.recordings);
    const next = followed(this.#view, before, this.#whole);
    this.changed('runs');
    if (sameRange(next, this.#view)) return;
    this.#view = next;
    this.changed('view');
  }

  /** Moves the run that was last taken hold of by steps of what can be seen. */
  nudge(steps: number): void {
    const recording = this.recordings[this.movable];
    if (!recording || this.recordings.length < 2) return;
    const stepUs = lengthUs(this.#view) / 500;
    this.setOffset(recording, Math.round(recording.offsetUs + steps * stepUs));
  }

  #jump(range: Range | undefined): void {
    if (!range) return;
    this.#view = fitted(range, this.#whole);
    this.changed('view');
  }
}

function wholeOf(recordings: readonly Recording[]): Range {
  const fromUs = Math.min(...recordings.map(({ run, offsetUs }) => Math.min(run.startUs, 0) + offsetUs));
  const toUs = Math.max(
    ...recordings.map(({ run, store, offsetUs }) => Math.max(run.endUs, store.endUs) + offsetUs),
  );
  return { fromUs, toUs: Math.max(toUs, fromUs + 1) };
}
