import { usageError } from '../../errors.js';
import { globPattern } from '../../text.js';
import type { Series } from '../series.js';

/**
 * The series that `--series` asks for, by their place: names and globs (`*`, `?`) with commas; the components where it asks for nothing.
 * @throws UserError (usage) for a name that there is not
 */
export function chooseSeries(series: readonly Series[], wanted: string | undefined): number[] {
  if (wanted === undefined) return placesOf(series, ({ kind }) => kind === 'component');
  const chosen = new Set<number>();
  for (const each of wanted.split(',').map((item) => item.trim())) {
    const pattern = globPattern(each);
    const found = placesOf(series, ({ name }) => pattern.test(name));
    if (found.length === 0)
      throw usageError(
        `--series: there is no series '${each}'; there are ${series.map(({ name }) => name).join(', ')}`,
      );
    for (const place of found) chosen.add(place);
  }
  return [...chosen].sort((a, b) => a - b);
}

const placesOf = (series: readonly Series[], is: (series: Series) => boolean): number[] =>
  series.flatMap((each, n) => (is(each) ? [n] : []));
