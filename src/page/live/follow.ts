import type { AppState } from '../state/app-state.js';
import { lengthUs, type Range } from '../state/range.js';
import type { LiveClock } from './live-clock.js';

/** Who wants little motion gets a new picture so often, ms. */
const calmMs = 1000;
/** Of a screen, about. */
const frameMs = 16;
/** What is in view of a recording that is still shorter than what one wants to see of its end, µs. */
const stepsUs = [10e6, 30e6, 60e6, 120e6, 300e6];

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Moves the view along with the end of a recording, from picture to picture of the screen, as long as somebody can see it. */
export class Follow {
  readonly #state: AppState;
  readonly #clock: LiveClock;
  readonly #columns: () => number;
  #isRunning = false;
  #rest = 0;
  /** No board says anything. */
  isAway = false;

  /** @param columns how many pixels the picture is wide */
  constructor(state: AppState, clock: LiveClock, columns: () => number) {
    this.#state = state;
    this.#clock = clock;
    this.#columns = columns;
    state.on(['follow'], () => {
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

  /** Between two pictures it rests as long as nothing would move by a pixel. */
  #run(): void {
    if (this.#isRunning || !this.#isWanted) return;
    this.#isRunning = true;
    requestAnimationFrame(() => {
      this.#isRunning = false;
      if (!this.#isWanted) return;
      this.#show(performance.now());
      clearTimeout(this.#rest);
      const restMs = calm.matches ? calmMs : this.#pixelMs - frameMs;
      if (restMs > frameMs) this.#rest = window.setTimeout(() => this.#run(), restMs);
      else this.#run();
    });
  }

  /** As long as the picture takes to move by a pixel. */
  get #pixelMs(): number {
    return lengthUs(this.#state.view) / Math.max(this.#columns(), 1) / 1000;
  }

  /** A page that nobody can see is not drawn. */
  get #isWanted(): boolean {
    return this.#state.follows && !document.hidden;
  }

  #show(nowMs: number): void {
    const headUs = this.#clock.headUs(nowMs, this.isAway);
    if (Number.isNaN(headUs)) return;
    this.#state.followTo(this.#viewAt(Math.max(headUs, 0), false));
  }

  /** Moves by whole pixels: what is in a column stays in it. */
  #viewAt(headUs: number, isEnd: boolean): Range {
    const { windowUs, whole } = this.#state;
    const reachUs = Math.max(headUs - whole.fromUs, 1);
    if (isEnd && reachUs <= windowUs) return whole;
    const length =
      windowUs === Number.POSITIVE_INFINITY
        ? Math.max(reachUs, stepsUs[0]!)
        : Math.min(windowUs, stepsUs.find((step) => step >= reachUs) ?? windowUs);
    if (reachUs <= length) return { fromUs: whole.fromUs, toUs: whole.fromUs + length };
    const columnUs = length / Math.max(this.#columns(), 1);
    const toUs = isEnd ? headUs : Math.floor(headUs / columnUs) * columnUs;
    return { fromUs: toUs - length, toUs };
  }
}
