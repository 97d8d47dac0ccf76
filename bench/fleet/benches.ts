import { setTimeout as sleep } from 'node:timers/promises';
import { Bench, type Left } from './bench.js';
import { type Kept, keptBy } from './kept.js';

/** Of many, each by itself. */
export interface Spread {
  readonly mean: number;
  readonly most: number;
}

/** Longer than an agent may wait until it tries again (`src/feeds/sending/limits.ts`), ms. */
const recoveryMs = 30_000;

/** All benches of a trial. */
export class Benches {
  readonly #all: Bench[] = [];

  /** Starts so many, one after the other, as each start takes a core for a while. */
  async start(
    folder: string,
    url: string,
    plan: { readonly benches: number; readonly boardHz: number; readonly meansHz: number },
  ): Promise<void> {
    for (let n = 0; n < plan.benches; n++) {
      this.#all.push(new Bench(folder, url, n, plan));
      await sleep(200);
    }
  }

  kill(): void {
    for (const bench of this.#all) bench.kill();
  }

  /** So far, by bench. @throws Error where one has ended */
  cpuS(): number[] {
    return this.#all.map((bench) => bench.use().cpuS);
  }

  rssMb(): Spread {
    return spreadOf(this.#all.map((bench) => bench.use().rssMb));
  }

  /** How many say so at `/health`. */
  async howMany(status: string): Promise<number> {
    const said = await Promise.all(this.#all.map((bench) => bench.status()));
    return said.filter((each) => each === status).length;
  }

  /** Waits until all say that everything arrives; how many do. */
  async recovered(): Promise<number> {
    for (const beganMs = performance.now(); ; await sleep(500)) {
      const ok = await this.howMany('ok');
      if (ok === this.#all.length || performance.now() - beganMs > recoveryMs) return ok;
    }
  }

  /** Ends all at once. @throws Error where one does not end well */
  end(): Promise<Left[]> {
    return Promise.all(this.#all.map((bench) => bench.end()));
  }
}

/** Reads what they kept, one after the other, since each is two replays that take a core. */
export async function readAll(left: readonly Left[], meansHz: number): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const each of left) kept.push(await keptBy(each, meansHz));
  return kept;
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export const spreadOf = (values: readonly number[]): Spread => ({
  mean: sumOf(values) / values.length,
  most: Math.max(...values),
});
