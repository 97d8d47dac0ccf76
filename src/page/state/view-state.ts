import { Announcements } from './announcements.js';
import { fitted, type Range, sameRange } from './range.js';
import { ViewHistory } from './view-history.js';

/** Of a recording under way, so much of its end is looked at first, µs. */
const firstWindowUs = 60e6;

/** What part of the time axis is in view. Of a recording under way it can go along with the recording's end. */
export class ViewState extends Announcements {
  readonly #history = new ViewHistory();
  #whole: Range;
  #view: Range;
  #isUnderWay = false;
  /** What goes on is a command: its phases come. */
  isOfCommand = false;
  #follows = false;
  #windowUs = firstWindowUs;

  constructor(whole: Range) {
    super();
    this.#whole = whole;
    this.#view = whole;
  }

  /** From where the first run begins to where the last ends. */
  get whole(): Range {
    return this.#whole;
  }

  get view(): Range {
    return this.#view;
  }

  /** What somebody wants to look at; the end of a recording is not followed any more. @param isStep whether one can come back to the view that is left */
  setView(range: Range, isStep = true): void {
    this.hold();
    const next = fitted(range, this.#whole);
    if (sameRange(next, this.#view)) return;
    if (isStep) this.#history.leave(this.#view);
    this.#move(next);
  }

  /** All there is, of a recording under way all that comes too. */
  showAll(): void {
    this.showEnd(Number.POSITIVE_INFINITY);
  }

  /** So much of the end, µs, or all; of a recording under way it goes along. */
  showEnd(windowUs: number): void {
    const { fromUs, toUs } = this.#whole;
    if (this.#isUnderWay) this.follow(windowUs);
    else this.setView({ fromUs: Math.max(fromUs, toUs - windowUs), toUs });
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

  /** Whether more is being recorded. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  set isUnderWay(isIt: boolean) {
    this.#isUnderWay = isIt;
    if (!isIt) this.#follows = false;
    this.changed('follow');
  }

  /** Whether the view goes along with the recording's end. */
  get follows(): boolean {
    return this.#follows;
  }

  /** How much of the end is in view when that is followed, µs; `Infinity` is all. */
  get windowUs(): number {
    return this.#windowUs;
  }

  follow(windowUs = this.#windowUs): void {
    if (!this.#isUnderWay || (this.#follows && windowUs === this.#windowUs)) return;
    this.#windowUs = windowUs;
    this.#follows = true;
    this.changed('follow');
  }

  /** The view stays where it is, while the recording goes on. */
  hold(): void {
    if (!this.#follows) return;
    this.#follows = false;
    this.changed('follow');
  }

  /** Where the recording's end has come to in the picture: the view goes there, which may show room for what comes. */
  followTo(view: Range): void {
    if (this.#follows && !sameRange(view, this.#view)) this.#move(view);
  }

  /** There is more of it, or it lies elsewhere. @param next what is in view then */
  setWhole(whole: Range, next: Range): void {
    this.#whole = whole;
    if (!sameRange(next, this.#view)) this.#move(next);
  }

  #move(view: Range): void {
    this.#view = view;
    this.changed('view');
  }

  #jump(range: Range | undefined): void {
    if (!range) return;
    this.hold();
    this.#move(fitted(range, this.#whole));
  }
}
