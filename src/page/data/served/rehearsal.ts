import { newColumns } from '../../../draw/envelope.js';
import type { PageRun } from '../../../draw/page-data.js';
import { HeldPiece } from './held-piece.js';

/** As many samples and columns as a window that somebody zooms to has. */
const samples = 4096;
const columns = newColumns(1920);
/** So often a browser has run it before it makes the best of it. */
const rounds = 6;
/** The first picture comes before, ms. */
const restMs = 500;

/**
 * Draws made-up samples for nobody while there is nothing else to do: a browser compiles what it has seen at work, and the first picture of
 * samples took 30 to 90 ms longer than later ones.
 */
export function rehearse(run: PageRun): void {
  const piece = new HeldPiece(
    {
      kind: 'samples',
      timeUs: Float64Array.from({ length: samples }, (_, n) => n * 1000),
      powerMw: Array.from({ length: rounds }, () =>
        Float32Array.from({ length: samples }, () => 1e5 * Math.random()),
      ),
    },
    { ...run, gaps: [] },
    { fromUs: 0, toUs: samples * 1000 },
  );
  let round = 0;
  const next = () => {
    piece.fillWithin(round, 0, samples * 1000, columns);
    if (++round < rounds) whenIdle(next);
  };
  setTimeout(() => whenIdle(next), restMs);
}

// Safari has no such callback.
const whenIdle = (call: () => void): unknown =>
  globalThis.requestIdleCallback?.(call, { timeout: 1000 }) ?? setTimeout(call, 50);
