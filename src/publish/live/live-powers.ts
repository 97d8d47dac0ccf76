import type { EnvelopeBuilder } from '../../draw/envelope-builder.js';
import type { PageRun } from '../../draw/page-data.js';
import type { ServedMeasure } from '../../draw/served.js';
import { figuresOf } from '../../measure/stretch/figures.js';
import type { AboutEnd, MeasurablePowers } from '../../measure/stretch/powers.js';
import { measureFrom } from '../measures.js';

/** An end in a gap is looked around so far, µs. */
const aroundUs = 1e6;
const joulesPerMwUs = 1e-9;

/** What a stretch of a recording under way cost, to the intervals that are kept of it. */
export function measureLive(
  run: PageRun,
  builder: EnvelopeBuilder,
  gapLimitUs: number,
  fromUs: number,
  toUs: number,
): ServedMeasure {
  const { intervalUs } = builder;
  const powers = run.series.map((_, n): MeasurablePowers => {
    const extremes = (from: number, to: number) => builder.extremes(n, from, to, gapLimitUs);
    const end = (us: number): AboutEnd & { cutJ: number } => {
      const near = extremes(us - intervalUs, us + intervalUs);
      const { minMw, maxMw } = Number.isNaN(near.minMw) ? extremes(us - aroundUs, us + aroundUs) : near;
      // A step anywhere in an interval is taken for one that is spread evenly: at most half of it, for half of it, is elsewhere.
      const cutJ = Number.isNaN(near.minMw)
        ? 0
        : ((near.maxMw - near.minMw) * intervalUs * joulesPerMwUs) / 4;
      return Number.isNaN(minMw) ? { lowMw: 0, highMw: 0, cutJ } : { lowMw: minMw, highMw: maxMw, cutJ };
    };
    return {
      energyUpToJ: (us) => builder.energyUpToJ(n, us),
      extremes,
      stretch: () => {
        const [first, last] = [end(fromUs), end(toUs)];
        return {
          energyJ: builder.energyUpToJ(n, toUs) - builder.energyUpToJ(n, fromUs),
          ...extremes(fromUs, toUs),
          cutsJ: first.cutJ + last.cutJ,
          samplingJ: null,
          start: first,
          end: last,
        };
      },
    };
  });
  return measureFrom(figuresOf(run, powers, fromUs, toUs), intervalUs);
}
