import { Random } from '../../fuzz/random.js';

/** Chance as measurements need it, decided by its seed alone. */
export class Chance extends Random {
  between(low: number, high: number): number {
    return low + (high - low) * (this.next() / 2 ** 32);
  }

  /** As likely between 1 and 2 as between 10 and 20. */
  logBetween(low: number, high: number): number {
    return Math.exp(this.between(Math.log(low), Math.log(high)));
  }

  /** Mean 0, standard deviation 1 (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log((this.next() + 1) / 2 ** 32));
    return radius * Math.cos(this.between(0, 2 * Math.PI));
  }

  exponential(mean: number): number {
    return -mean * Math.log((this.next() + 1) / 2 ** 32);
  }

  /** A stream of its own, so that what is drawn from it moves nothing that is drawn here. */
  fork(): Chance {
    return new Chance(this.next());
  }
}
