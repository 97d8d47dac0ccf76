import type { Warning } from '../../stream/warning.js';
import { plural } from '../../units.js';

/** A list of which a listener gets what is new or has changed, and who comes later all of it. Bounded: beyond, what comes is only counted. */
export class News<Item> {
  readonly items: Item[] = [];
  /** Places of those that are new or have changed since they were told. */
  #untold = new Set<number>();
  #dropped = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many did not fit. */
  get dropped(): number {
    return this.#dropped;
  }

  add(item: Item): void {
    if (this.items.length === this.#most) {
      this.#dropped++;
      return;
    }
    this.#untold.add(this.items.push(item) - 1);
  }

  replace(place: number, item: Item): void {
    this.items[place] = item;
    this.#untold.add(place);
  }

  /** What was not told yet, with its place; afterwards it is. */
  tell(): [number, Item][] {
    const told = [...this.#untold].sort((a, b) => a - b).map((n): [number, Item] => [n, this.items[n]!]);
    this.#untold = new Set();
    return told;
  }

  all(): [number, Item][] {
    return this.items.map((item, n) => [n, item]);
  }
}

/** What a page is told of those that did not fit. */
export function notShown(bands: number, flags: number): Warning[] {
  const left = [
    ...(bands > 0 ? [plural(bands, 'more run or phase', 'more runs and phases')] : []),
    ...(flags > 0 ? [plural(flags, 'more mark or fault', 'more marks and faults')] : []),
  ];
  const verb = bands + flags === 1 ? 'is' : 'are';
  return left.length === 0 ? [] : [{ code: 'not-shown', message: `${left.join(' and ')} ${verb} not shown` }];
}
