import type { PageRun } from '../../draw/page-data.js';
import type { AppState } from '../state/app-state.js';

/** Tables and lists are made anew so often at most, ms: nobody reads them faster. */
const everyMs = 1000;

/** Takes in what is new of runs under way, and says so no more often than one can look. */
export class RunFeed {
  readonly #state: AppState;
  #haveBands = false;
  #haveMore = false;
  #isUrgent = false;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(state: AppState) {
    this.#state = state;
    document.addEventListener('visibilitychange', () => this.tell(false));
  }

  take(place: number, run: PageRun): void {
    const recording = this.#state.recordings[place]!;
    const before = recording.run;
    this.#state.setRun(recording, run);
    if (run.bands !== before.bands || run.flags !== before.flags) this.#haveBands = true;
    if (run.bands !== before.bands || run.summary !== before.summary) this.#haveMore = true;
    const isNew = run.bands.length !== before.bands.length || run.gaps.length !== before.gaps.length;
    if (isNew || run.flags !== before.flags) this.#isUrgent = true;
  }

  /** @param isLast nothing more comes */
  tell(isLast: boolean): void {
    if (document.hidden && !isLast) return;
    if (this.#haveBands) this.#state.changed('bands');
    this.#haveBands = false;
    const nowMs = performance.now();
    const isDue = this.#isUrgent || (this.#haveMore && nowMs - this.#toldMs >= everyMs);
    if (!isDue && !isLast) return;
    this.#toldMs = nowMs;
    [this.#haveMore, this.#isUrgent] = [false, false];
    this.#state.changed('runs');
  }
}
