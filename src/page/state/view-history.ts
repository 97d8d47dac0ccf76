import { type Range, sameRange } from './range.js';

const most = 200;

/** Views that were left, to go back to and forth again. */
export class ViewHistory {
  readonly #behind: Range[] = [];
  #ahead: Range[] = [];

  /** Called with the view that is about to be left. */
  leave(view: Range): void {
    const last = this.#behind.at(-1);
    if (last && sameRange(last, view)) return;
    this.#behind.push(view);
    if (this.#behind.length > most) this.#behind.shift();
    this.#ahead = [];
  }

  back(view: Range): Range | undefined {
    let range = this.#behind.pop();
    // A movement that led nowhere is no step.
    while (range && sameRange(range, view)) range = this.#behind.pop();
    if (range) this.#ahead.push(view);
    return range;
  }

  forth(view: Range): Range | undefined {
    const range = this.#ahead.pop();
    if (range) this.#behind.push(view);
    return range;
  }

  get canGoBack(): boolean {
    return this.#behind.length > 0;
  }

  get canGoForth(): boolean {
    return this.#ahead.length > 0;
  }
}
