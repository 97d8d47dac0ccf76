import type { Instrument } from '../board/board.js';
import type { PageSeries } from '../draw/page-data.js';
import { type Terms, termsOf } from '../measure/accuracy/accuracy.js';
import type { PartFacts } from '../measure/part-facts.js';
import type { Wiring } from '../measure/rail-map.js';
import type { CalibratedParts } from '../measure/uncertainty.js';
import type { SampleRows } from '../stream/sample-block.js';

/** A power that a picture can show, and where it stands among samples. */
export interface Series extends Pick<PageSeries, 'name' | 'kind'> {
  /** The rails that it is made of; none of a single wire. */
  readonly terms: Terms;
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
    ...sums.map(
      ({ name, terms }, n): Series => ({ name, kind: 'component', terms, of: ({ powerMw }) => powerMw[n]! }),
    ),
    ...board.rails.map(
      ({ power }, n): Series => ({
        ...{ name: railNames[n]!, kind: 'rail', terms: termsOf(n) },
        of: channel(power),
      }),
    ),
    ...board.wires.map(({ name, power }): Series => ({ name, kind: 'wire', terms: [], of: channel(power) })),
  ];
}

/** What is known of a recording, for other columns of its powers than the components'. */
export const factsOver = (
  { accuracy, ...facts }: PartFacts,
  names: readonly string[],
  series: readonly Pick<Series, 'terms'>[],
): PartFacts => ({
  ...facts,
  components: names,
  ...(accuracy && { accuracy: accuracy.over(series.map(({ terms }) => terms)) }),
});

/** What a page is told of the calibrated rails in a series. */
export const calibratedIn = (parts: CalibratedParts = []) =>
  parts.length === 0 ? {} : { calibrated: parts };
