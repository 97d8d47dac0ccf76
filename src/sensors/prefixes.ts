import type { SensorDevice } from './sensor.js';

type Identified = Pick<SensorDevice, 'uuid' | 'bus'>;

/**
 * What the columns of devices begin with. One that was there before has the beginning that it had, by its UUID or else its bus, whatever
 * its number is now: when one of two cards has gone the other is the first.
 */
export class Prefixes {
  readonly #known: Set<SensorDevice>;
  readonly #taken: Set<string>;

  constructor(known: readonly SensorDevice[]) {
    this.#known = new Set(known.filter(({ uuid, bus }) => uuid !== null || bus !== null));
    this.#taken = new Set([...this.#known].map(({ prefix }) => prefix));
  }

  /** The one that it had; undefined of a device that was not there. Each is given once. */
  before({ uuid, bus }: Identified): string | undefined {
    const known = [...this.#known];
    const found =
      known.find((each) => uuid !== null && each.uuid === uuid) ??
      known.find((each) => bus !== null && each.bus === bus);
    if (found) this.#known.delete(found);
    return found?.prefix;
  }

  /** Of `gpu`, `gpu_2`, …, as `name` makes them of a number from `first` on, the first that nobody has. */
  free(first: number, name: (number: number) => string): string {
    let number = first;
    while (this.#taken.has(name(number))) number++;
    this.#taken.add(name(number));
    return name(number);
  }

  /** A card's: `gpu0`. One of which nothing is known but its number keeps that. */
  ofCard(card: Identified, number: number): string {
    if (card.uuid === null && card.bus === null) return `gpu${number}`;
    return this.before(card) ?? this.free(number || 0, (each) => `gpu${each}`);
  }
}
