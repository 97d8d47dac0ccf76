import type { AppState } from '../state/app-state.js';
import type { Range } from '../state/range.js';
import type { LiveClock } from './live-clock.js';

/** Who wants little motion gets a new picture so often, ms. */
const calmMs = 1000;
/** What is in view of a recording that is still shorter than what one wants to see of its end, µs. */
const stepsUs = [10e6, 30e6, 60e6, 120e6, 300e6];

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Moves the view along with the end of a recording, from picture to picture of the screen, as long as somebody can see it. */
export class Follow {
  readonly #state: AppState;
  readonly #clock: LiveClock;
  readonly #columns: () => number;
  #isRunning = false;
  #shownMs = Number.NEGATIVE_INFINITY;
  /** No board says anything. */
  isAway = false;

  /** @param columns how many pixels the picture is wide */
  constructor(state: AppState, clock: LiveClock, columns: () => number) {
    this.#state = state;
    this.#clock = clock;
    this.#columns = columns;
    state.on(['follow'], () => {
      this.#shownMs = Number.NEGATIVE_INFINITY;
      this.#run();
    });
    document.addEventListener('visibilitychange', () => this.#run());
    this.#run();
  }

  /** The recording has ended: the picture ends where that does. */
  finish(endUs: number): void {
    if (this.#state.follows) this.#state.followTo(this.#viewAt(endUs, true));
    this.#state.isUnderWay = false;
  }

  #run(): void {
    if (this.#isRunning || !this.#isWanted) return;
    this.#isRunning = true;
    const frame = (): void => {
      if (!this.#isWanted) {
        this.#isRunning = false;
        return;
      }
      this.#show(performance.now());
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  /** A page that nobody can see is not drawn. */
  get #isWanted(): boolean {
    return this.#state.follows && !document.hidden;
  }

  #show(nowMs: number): void {
    if (calm.matches && nowMs - this.#shownMs < calmMs) return;
    const headUs = this.#clock.headUs(nowMs, this.isAway);
    if (Number.isNaN(headUs)) return;
    this.#shownMs = nowMs;
    this.#state.followTo(this.#viewAt(Math.max(headUs, 0), false));
  }

  /** Moves by whole pixels: what is in a column stays in it. */
  #viewAt(headUs: number, isEnd: boolean): Range {
    const { windowUs, whole } = this.#state;
    const reachUs = Math.max(headUs - whole.fromUs, 1);
    if (isEnd && reachUs <= windowUs) return whole;
    const lengthUs =
      windowUs === Number.POSITIVE_INFINITY
        ? Math.max(reachUs, stepsUs[0]!)
        : Math.min(windowUs, stepsUs.find((step) => step >= reachUs) ?? windowUs);
    if (reachUs <= lengthUs) return { fromUs: whole.fromUs, toUs: whole.fromUs + lengthUs };
    const columnUs = lengthUs / Math.max(this.#columns(), 1);
    const toUs = isEnd ? headUs : Math.floor(headUs / columnUs) * columnUs;
    return { fromUs: toUs - lengthUs, toUs };
  }
}
