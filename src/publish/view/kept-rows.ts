import type { Samples } from '../../draw/envelope.js';
import { upperBound } from '../pieces.js';
import type { RowsAgain } from './landmark-sink.js';

/** Samples in memory, for a trace. */
export function keptRows({ timeUs, powerMw }: Samples): RowsAgain {
  const chunk = (first: number, behind: number) => ({
    count: behind - first,
    timeUs: timeUs.subarray(first, behind),
    powerMw: powerMw.map((column) => Float64Array.from(column.subarray(first, behind))),
  });
  return {
    chunk: async (behindUs, upToUs) => chunk(upperBound(timeUs, behindUs), upperBound(timeUs, upToUs)),
    async *all() {
      yield chunk(0, timeUs.length);
    },
  };
}
