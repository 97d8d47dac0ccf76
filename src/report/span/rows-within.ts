import type { TimeSpan } from '../../measure/tracks/cover.js';
import type { SampleBlock } from '../../stream/sample-block.js';

/** The samples of a block whose instants lie in a span, as a view; its events are left out. */
export function rowsWithin(block: SampleBlock, { startUs, endUs }: TimeSpan): SampleBlock {
  const { count, timeUs, earliestNs, latestNs, channels, powerMw } = block;
  const from = firstRow(timeUs, count, (us) => us >= startUs);
  const to = firstRow(timeUs, count, (us) => us > endUs);
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

/** The first row whose instant is so, and those behind it are; `count` where none is. */
function firstRow(timeUs: Float64Array, count: number, isSo: (us: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(timeUs[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
