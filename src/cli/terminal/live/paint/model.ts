import type { Alarm, Extremes, Standing, WireNow } from '../watch/board-watch.js';

/** A component as it is shown. */
export interface ShownComponent {
  readonly name: string;
  /** What it is told by where there are no colours. */
  readonly letter: string;
  readonly colour: string;
  /** Null where it is not known. */
  readonly powerMw: number | null;
  readonly extremes: Extremes;
  readonly energyJ: number | null;
  readonly uncertaintyJ: number | null;
  /** Means over the stretch that is shown, in so many columns from left to right, mW; NaN where nothing was measured. */
  readonly trail: (columns: number) => ArrayLike<number>;
}

/** A board as it is shown. */
export interface ShownBoard {
  /** Foreign, like all that a board says of itself. */
  readonly id: string;
  readonly title: string;
  readonly whereabouts: string;
  /** Of several boards, its own. */
  readonly colour: string;
  readonly letter: string;
  readonly components: readonly ShownComponent[];
  readonly standing: Standing;
  readonly alarms: readonly Alarm[];
  /** Of connectors, where they are measured. */
  readonly wires: readonly WireNow[];
}

/** A stretch that has a name, and what the system drew in it. */
export interface ShownPhase {
  readonly name: string;
  readonly isOpen: boolean;
  readonly durationS: number;
  readonly energyJ: number;
  readonly uncertaintyJ: number;
}

/** All that a frame shows. */
export interface Shown {
  readonly boards: readonly ShownBoard[];
  /** What has passed of the recording, and what is to pass; null where it has no end. */
  readonly elapsedS: number;
  readonly durationS: number | null;
  /** Where the display was stopped; null where it goes on. */
  readonly pausedS: number | null;
  /** The stretch that is shown, such as `1 min`. */
  readonly scale: string;
  /** Those that run first, then those that ended, the latest first. */
  readonly phases: readonly ShownPhase[];
  /** The last instant that a command marked. */
  readonly point: { readonly name: string; readonly atS: number } | null;
  readonly warnings: readonly string[];
  readonly notices: readonly { readonly atS: number; readonly text: string }[];
  readonly plot: (columns: number, rows: number) => readonly string[];
}
