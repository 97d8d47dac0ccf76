import type { Instrument } from '../board/board.js';
import type { PageSeries } from '../draw/page-data.js';
import type { Wiring } from '../measure/rail-map.js';
import type { SampleRows } from '../stream/sample-block.js';

/** A power that a picture can show, and where it stands among samples. */
export interface Series extends Pick<PageSeries, 'name' | 'kind'> {
  of(rows: Pick<SampleRows, 'powerMw' | 'channels'>): Int32Array | Float64Array;
}

/** Every power of a recording: the components, `system` first, then rails, then single wires. */
export function seriesOf(board: Instrument, { sums, railNames }: Wiring): Series[] {
  const channel =
    (index: number): Series['of'] =>
    ({ channels }) => {
      const column = channels[index];
      if (!column) throw new Error(`channel ${index} was not decoded`);
      return column;
    };
  return [
    ...sums.map(({ name }, n): Series => ({ name, kind: 'component', of: ({ powerMw }) => powerMw[n]! })),
    ...board.rails.map(({ power }, n): Series => ({ name: railNames[n]!, kind: 'rail', of: channel(power) })),
    ...board.wires.map(({ name, power }): Series => ({ name, kind: 'wire', of: channel(power) })),
  ];
}
