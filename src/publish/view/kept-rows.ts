import type { Samples } from '../../draw/envelope.js';
import { firstAbove } from '../../measure/stretch/sorted.js';
import type { RowsAgain } from './landmark-sink.js';

/** Samples in memory, for a trace. */
export function keptRows({ timeUs, powerMw }: Samples): RowsAgain {
  const chunk = (first: number, behind: number) => ({
    count: behind - first,
    timeUs: timeUs.subarray(first, behind),
    powerMw: powerMw.map((column) => Float64Array.from(column.subarray(first, behind))),
  });
  return {
    chunk: async (behindUs, upToUs) => chunk(firstAbove(timeUs, behindUs), firstAbove(timeUs, upToUs)),
    async *all() {
      yield chunk(0, timeUs.length);
    },
  };
}
