import { extremesBetween } from '../../draw/envelope.js';
import type { EnvelopeBuilder } from '../../draw/envelope-builder.js';
import type { PageRun } from '../../draw/page-data.js';
import type { ServedMeasure } from '../../draw/served.js';
import { IntervalPowers } from '../../page/data/interval-powers.js';
import { figuresOf } from '../../page/data/measure.js';
import type { Powers } from '../../page/data/powers.js';
import { measureFrom } from '../measures.js';

/** Extremes of a long stretch are looked for in so many intervals. */
const columns = 1024;

/** What a stretch of a recording under way cost, to the intervals that are kept of it. */
export function measureLive(
  run: PageRun,
  builder: EnvelopeBuilder,
  gapLimitUs: number,
  fromUs: number,
  toUs: number,
): ServedMeasure {
  const { intervalUs } = builder;
  const part = (from: number, to: number, wantedUs: number) => builder.part(from, to, wantedUs, gapLimitUs);
  const inner = part(fromUs, toUs, (toUs - fromUs) / columns);
  // What the intervals leave open that the ends cut, and what lies about the ends, is in these.
  const ends = [fromUs, toUs].map((us) => part(us - intervalUs, us + intervalUs, 0));
  const neighbours = new Map<string, ReturnType<typeof part>>();
  const powers = run.series.map((_, n): Powers => {
    const about = ends.map(({ grid, series }) => new IntervalPowers(grid, series[n]!, run));
    return {
      energyUpToJ: (us) => builder.energyUpToJ(n, us),
      extremes: (from, to) => {
        const key = `${from} ${to}`;
        const known = neighbours.get(key) ?? part(from, to, (to - from) / columns);
        neighbours.set(key, known);
        return extremesBetween(known.grid, known.series[n]!, from, to);
      },
      stretch: () => {
        const [start, end] = [about[0]!.stretch(fromUs, fromUs), about[1]!.stretch(toUs, toUs)];
        return {
          energyJ: builder.energyUpToJ(n, toUs) - builder.energyUpToJ(n, fromUs),
          ...extremesBetween(inner.grid, inner.series[n]!, fromUs, toUs),
          cutsJ: cutJ(start, intervalUs) + cutJ(end, intervalUs),
          samplingJ: null,
          start: start.start,
          end: end.end,
        };
      },
      fillColumns: () => {},
    };
  });
  return measureFrom(figuresOf(run, powers, fromUs, toUs), intervalUs);
}

/** At most what a step anywhere in an interval makes of its energy, J: half of it on either side. */
const cutJ = ({ minMw, maxMw }: { minMw: number; maxMw: number }, intervalUs: number): number =>
  maxMw > minMw ? ((maxMw - minMw) * intervalUs * 1e-9) / 4 : 0;
