import type { Samples } from '../../draw/envelope.js';
import type { Rested } from '../rested.js';
import { rowsWithin } from '../span/rows-within.js';

const usPerS = 1e6;
const fewestColumns = 1000;
const besideSpacings = 10;
const leastBesideUs = 100e3;
/** More samples than a window takes one by one fill its columns from the envelopes just as well. */
const mostSamples = 600_000;

/** Of a part of a recording too long to be kept, its samples from its file; null where they are too many, or can't be read again. */
export async function samplesWithin(rested: Rested, fromUs: number, toUs: number): Promise<Samples | null> {
  const { path, reach, envelopes, series, summary, facts } = rested;
  const columnUs = (toUs - fromUs) / fewestColumns;
  if (!reach || path === '-' || !facts || envelopes.grid.intervalUs <= columnUs) return null;
  const besideUs = besideSpacings * (summary.interval_s.median ?? 0) * usPerS + leastBesideUs;
  const span = { startUs: fromUs - besideUs, endUs: toUs + besideUs };
  const pieces: Samples[] = [];
  let count = 0;
  await rested.again((block) => {
    const rows = rowsWithin(block, span);
    count += rows.count;
    if (rows.count > 0 && count <= mostSamples)
      pieces.push({
        timeUs: rows.timeUs.slice(),
        powerMw: series.map((each) => Float32Array.from(each.of(rows))),
      });
    return count <= mostSamples && !(block.count > 0 && block.timeUs[block.count - 1]! > span.endUs);
  });
  return count > mostSamples ? null : joined(pieces, series.length, count);
}

function joined(pieces: readonly Samples[], series: number, count: number): Samples {
  const timeUs = new Float64Array(count);
  const powerMw = Array.from({ length: series }, () => new Float32Array(count));
  let at = 0;
  for (const piece of pieces) {
    timeUs.set(piece.timeUs, at);
    for (const [n, column] of piece.powerMw.entries()) powerMw[n]!.set(column, at);
    at += piece.timeUs.length;
  }
  return { timeUs, powerMw };
}
