import { hasOwnColour } from '../../draw/colours.js';
import type { PageRun, SeriesKind } from '../../draw/page-data.js';
import type { PowerStore } from '../data/power-store.js';

/** A run on the page, with its powers and its place on the time axis. */
export interface Recording {
  /** Becomes another where more is known of a run that is still recorded. */
  run: PageRun;
  readonly store: PowerStore;
  /** To be added to the run's instants, µs. */
  offsetUs: number;
  isShown: boolean;
}

/** A power by its name, which several runs may have. */
export interface Channel {
  readonly name: string;
  readonly kind: SeriesKind;
  /** By recording: its place among that run's series, or -1. */
  readonly series: readonly number[];
  /** Its place among those that have no colour of their own. */
  readonly colourIndex: number;
}

/** Every power that one of the recordings has, in their order. */
export function channelsOf(recordings: readonly Recording[]): Channel[] {
  const kinds = new Map<string, SeriesKind>();
  for (const order of ['component', 'rail', 'wire'] as const)
    for (const { run } of recordings)
      for (const { name, kind } of run.series) if (kind === order && !kinds.has(name)) kinds.set(name, kind);
  let uncoloured = 0;
  return [...kinds].map(([name, kind]) => ({
    name,
    kind,
    series: recordings.map(({ run }) => run.series.findIndex((series) => series.name === name)),
    colourIndex: hasOwnColour(name) ? 0 : uncoloured++,
  }));
}

/** What the keys of a run's figures begin with. */
export const keyPrefix = (recordings: readonly Recording[], n: number): string =>
  recordings.length > 1 ? `runs.${n}.` : '';
