import type { Theme } from '../../draw/colours.js';
import type { PageRolling, PageRun } from '../../draw/page-data.js';
import { fitted, followed, lengthUs, type Range, sameRange } from './range.js';
import { type Channel, channelsOf, type Recording } from './recording.js';
import { ViewState } from './view-state.js';

const usPerS = 1e6;

interface Rolling extends PageRolling {
  readonly isOn: boolean;
}

/** Instants on the axis, µs; null where a cursor is not set. */
export type Cursors = readonly [number | null, number | null];

/** All that the page shows is made of this, and of its recordings' powers. */
export class AppState extends ViewState {
  readonly recordings: readonly Recording[];
  readonly channels: readonly Channel[];
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
    super(wholeOf(recordings));
    this.recordings = recordings;
    this.channels = channelsOf(recordings);
    this.movable = recordings.length - 1;
    this.#theme = theme;
    const components = this.channels.filter(({ kind }) => kind === 'component');
    const first = recordings.length > 2 || components.length === 0 ? this.channels.slice(0, 1) : components;
    this.#shown = new Set(first.map(({ name }) => name));
  }

  get cursors(): Cursors {
    return this.#cursors;
  }

  setCursors(cursors: Cursors): void {
    if (cursors[0] === this.#cursors[0] && cursors[1] === this.#cursors[1]) return;
    // What was chosen stays in view.
    if (cursors.some((us) => us !== null)) this.hold();
    this.#cursors = cursors;
    this.changed('cursors');
  }

  /** Sets one cursor, the first that is free; where none is, both begin anew. */
  addCursor(us: number): void {
    const [a, b] = this.#cursors;
    this.setCursors(a === null || b !== null ? [us, null] : [a, us]);
  }

  /** Says what is drawn of the time axis, in so many columns, the rolling mean where it is on: what is missing of it is asked for. */
  expect({ fromUs, toUs }: Range, columns: number, withMean = false): void {
    for (const recording of this.recordings) {
      if (!recording.isShown) continue;
      const { store, offsetUs } = recording;
      const hasMean = withMean && this.rolling.isOn;
      const windowUs = hasMean ? Math.max(this.windowUsOf(recording), (toUs - fromUs) / columns) : 0;
      store.expect(fromUs - offsetUs, toUs - offsetUs, columns, windowUs);
    }
  }

  /** Whether all that so many columns show of it is here, and up to date; a mean goes beyond them. */
  isSettled({ fromUs, toUs }: Range, columns: number): boolean {
    const isSettled = ({ store, offsetUs, isShown }: Recording): boolean =>
      !isShown || store.isSettled(fromUs - offsetUs, toUs - offsetUs, columns);
    return !this.rolling.isOn && this.recordings.every(isSettled);
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
    const isInView = range.fromUs >= this.view.fromUs && range.toUs <= this.view.toUs;
    this.goTo(isInView ? this.view : { fromUs: range.fromUs - spare, toUs: range.toUs + spare });
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

  /** The mean is over as long a window as is asked for, µs. */
  windowUsOf({ run }: Recording): number {
    const { amount, unit } = this.#rolling;
    if (unit === 's') return amount * usPerS;
    const { sample_rate_hz: rate } = run.summary as { sample_rate_hz?: number | null };
    return rate ? (amount * usPerS) / rate : 0;
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
    const wasWhole = sameRange(this.view, this.whole);
    recording.offsetUs = offsetUs;
    const whole = wholeOf(this.recordings);
    this.setWhole(whole, wasWhole ? whole : fitted(this.view, whole));
    this.changed('offsets');
  }

  /** More is known of a run that is read or recorded beside: who looks at all of what is read goes on to. */
  setRun(recording: Recording, run: PageRun): void {
    recording.run = run;
    const { view, whole: before } = this;
    const whole = wholeOf(this.recordings);
    this.setWhole(whole, this.isUnderWay ? view : followed(view, before, whole));
  }

  /** Moves the run that was last taken hold of by steps of what can be seen. */
  nudge(steps: number): void {
    const recording = this.recordings[this.movable];
    if (!recording || this.recordings.length < 2) return;
    const stepUs = lengthUs(this.view) / 500;
    this.setOffset(recording, Math.round(recording.offsetUs + steps * stepUs));
  }
}

function wholeOf(recordings: readonly Recording[]): Range {
  const fromUs = Math.min(...recordings.map(({ run, offsetUs }) => Math.min(run.startUs, 0) + offsetUs));
  const toUs = Math.max(
    ...recordings.map(({ run, store, offsetUs }) => Math.max(run.endUs, store.endUs) + offsetUs),
  );
  return { fromUs, toUs: Math.max(toUs, fromUs + 1) };
}
