import type { CaptureHeader } from '../schema/capture-header.js';

/** One of the recordings in a file. */
export interface Part {
  /** Its instant 0 on the time axis of the first. */
  readonly startNs: number;
  /** Why it cannot be joined to those before it, and is left; null where it is read. */
  readonly reason: string | null;
  readonly byte: number;
  samples: number;
  ended: boolean;
}

/** Where a recording stands on the time axis of another: ns from the other's instant 0, or why that cannot be said. */
type Joined = { readonly startNs: number } | { readonly reason: string };

/**
 * Places a capture behind another, by their wall clocks: its rows then have the UTC that they have by themselves.
 * @param endNs Where the other ends on its own time axis
 */
export function joinBehind(first: CaptureHeader, endNs: number, next: CaptureHeader): Joined {
  const differing = differences.find(
    ([, part]) => JSON.stringify(part(first)) !== JSON.stringify(part(next)),
  );
  if (differing) return { reason: `${differing[0]} is another` };
  const [startUs, nextUs] = [first.start.unix_us, next.start.unix_us];
  if (startUs === null || nextUs === null) return { reason: 'its clock is not known' };
  const startNs = (nextUs - startUs) * 1000;
  if (startNs < endNs)
    return {
      reason: `by its clock it begins ${((endNs - startNs) / 1e9).toFixed(3)} s before the recording in front of it ends`,
    };
  return { startNs };
}

/** What makes the frames of two captures readings of one kind. */
const differences: readonly (readonly [what: string, part: (header: CaptureHeader) => unknown])[] = [
  ['its board', ({ board }) => [board.id, board.uid]],
  ['its calibration', ({ board }) => board.calibration ?? null],
  ["its frames' layout", ({ layout }) => layout],
  ['the calibration of its rails', ({ calibration }) => calibration ?? null],
  ['its map', ({ map }) => map],
  ['its accuracy', ({ accuracy }) => accuracy],
  ['the kind of its instants', (header) => header.instants_measured],
];
