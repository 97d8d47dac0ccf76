import { meansOf } from './means.js';
import type { Recorded } from './samples.js';

/** The points that a database should have, in their order. */
export interface Expected {
  /** As the database keeps them: µs or ms. */
  readonly stamps: readonly number[];
  /** W, and of `interval_s` s. */
  readonly columns: ReadonlyMap<string, readonly number[]>;
}

const inWatts = (mw: readonly number[]): number[] => mw.map((each) => each / 1000);
const isSum = (name: string): boolean => /^(system|cpu|gpu|motherboard)_/.test(name);
const chosen = ({ powersMw }: Recorded, onlySums: boolean): string[] =>
  [...powersMw.keys()].filter((name) => !onlySums || isSum(name));

/** Every sample, as InfluxDB should have it. */
export function expectedSamples(recorded: Recorded, onlySums: boolean): Expected {
  const { unixUs, powersMw } = recorded;
  return {
    stamps: unixUs,
    columns: new Map(chosen(recorded, onlySums).map((name) => [name, inWatts(powersMw.get(name)!)] as const)),
  };
}

/** Means with their extremes, as a database that keeps ms should have them: at the interval's end, and no two on one stamp. */
export function expectedMeans(recorded: Recorded, hz: number, onlySums: boolean): Expected {
  const { startUs, endUs, columns } = meansOf(recorded, Math.round(1e6 / hz));
  const stamps: number[] = [];
  for (const us of endUs) {
    const stamp = Math.floor((recorded.startUnixUs + us) / 1000);
    stamps.push(Math.max(stamp, (stamps.at(-1) ?? 0) + 1));
  }
  const powers = chosen(recorded, onlySums).flatMap((name) => [name, `${name}_min`, `${name}_max`]);
  return {
    stamps,
    columns: new Map([
      ['interval_s', endUs.map((us, row) => (us - startUs[row]!) / 1e6)] as const,
      ...powers.map((name) => [name, inWatts(columns.get(name)!)] as const),
    ]),
  };
}
