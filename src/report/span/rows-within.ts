import { firstAbove, firstAtLeast } from '../../measure/stretch/sorted.js';
import type { TimeSpan } from '../../measure/tracks/cover.js';
import type { SampleBlock } from '../../stream/sample-block.js';

/** The samples of a block whose instants lie in a span, as a view; its events are left out. */
export function rowsWithin(block: SampleBlock, { startUs, endUs }: TimeSpan): SampleBlock {
  const { count, timeUs, earliestNs, latestNs, channels, powerMw } = block;
  const from = firstAtLeast(timeUs, startUs, count);
  const to = firstAbove(timeUs, endUs, count);
  return {
    count: Math.max(0, to - from),
    timeUs: timeUs.subarray(from, to),
    earliestNs: earliestNs.subarray(from, to),
    latestNs: latestNs.subarray(from, to),
    channels: channels.map((column) => column?.subarray(from, to)),
    powerMw: powerMw.map((column) => column.subarray(from, to)),
    events: [],
  };
}
