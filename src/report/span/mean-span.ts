import type { RepairedSummary } from '../../measure/summary.js';
import type { TimeSpan } from '../../measure/tracks/cover.js';
import { MeanTally } from '../../session/rows/mean-tally.js';
import type { Rested } from '../rested.js';
import { SpanParts } from './span-parts.js';

/** What rows of means tell of a span: each counts as far as it lies in it. */
export async function measuredMeans(
  { again, board, wiring, header, told, summary }: Rested,
  { startUs, endUs }: TimeSpan,
): Promise<Partial<RepairedSummary>> {
  const tally = new MeanTally(
    board,
    wiring,
    summary.uncertainty.accuracy_share ?? Number.NaN,
    header,
    summary.calibration ?? null,
  );
  await again(({ count, timeUs, intervalUs, channels, powerMw }) => {
    let beginUs = 0;
    for (let row = 0; row < count; row++) {
      beginUs = timeUs[row]! - Math.floor(intervalUs![row]! / 2);
      const fromUs = Math.max(beginUs, startUs);
      const widthUs = Math.min(beginUs + intervalUs![row]!, endUs) - fromUs;
      if (widthUs <= 0) continue;
      tally.add(
        Float64Array.of(fromUs + Math.floor(widthUs / 2)),
        Float64Array.of(widthUs),
        channels.map((column) => column?.subarray(row, row + 1)),
        powerMw.map((column) => column.subarray(row, row + 1)),
        1,
      );
    }
    return beginUs < endUs;
  });
  const { power_w, energy_j, energy_uncertainty_j, uncertainty, rails, coverage } = tally.measured();
  const [firstUs, lastUs] = [tally.firstUs ?? endUs, tally.lastUs ?? endUs];
  return {
    ...{ samples: null, sample_rate_hz: null, wires: [] },
    interval_s: { median: null, p99: null, max: null },
    latency_s: null,
    coverage: ((coverage ?? 0) * (lastUs - firstUs)) / (endUs - startUs),
    ...{ power_w, energy_j, energy_uncertainty_j, uncertainty, rails },
    ...new SpanParts(told, { startUs, endUs }).keys(null),
  };
}
