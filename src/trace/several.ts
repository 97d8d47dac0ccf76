import type { PerComponent, UncertaintySummary } from '../measure/summary.js';
import { Cover, type TimeSpan } from '../measure/tracks/cover.js';
import { added, combined, combinedUncertainty, perName } from '../measure/tracks/whole.js';
import { tidy } from '../units.js';
import type { PowerRange } from './cost.js';
import type { PowerHistory } from './history.js';
import { lengthNs, type Span, type SpanGroup } from './span.js';
import type { SpanCost, Trace } from './trace.js';

/** Tracks that reach less far than this into a span, µs, are not of the same time as the others. */
const unevenUs = 1000;

/**
 * The traces of several instruments on one clock, asked as one: what spans cost all of them together. Joules and mean powers
 * add; extremes and percentiles of the sum are null, since the tracks' own do not tell them.
 */
export class SeveralTraces {
  readonly #traces: readonly Pick<Trace, 'evaluate'>[];
  readonly #silences: () => readonly TimeSpan[];

  /** @param silences where one of the tracks or another was not measured, when it is asked for */
  constructor(traces: readonly Pick<Trace, 'evaluate'>[], silences: () => readonly TimeSpan[]) {
    this.#traces = traces;
    this.#silences = silences;
  }

  async evaluate(groups: readonly SpanGroup[]): Promise<SpanCost[]> {
    const answers: SpanCost[][] = [];
    for (const trace of this.#traces) answers.push(await trace.evaluate(groups));
    const silent = new Cover(this.#silences());
    return groups.map(({ spans }, n) =>
      addedCost(
        answers.map((costs) => costs[n]!),
        spans,
        silent,
      ),
    );
  }
}

function addedCost(each: readonly SpanCost[], spans: readonly Span[], silent: Cover): SpanCost {
  const costs = each.map(({ cost }) => cost);
  const within = each.map(({ withinUs }) => withinUs);
  const isEven = Math.max(...within) - Math.min(...within) <= unevenUs;
  const durationNs = lengthNs(spans);
  const silentNs = spans.reduce(
    (sum, { startNs, endNs }) => sum + silent.within(startNs / 1e3, endNs / 1e3) * 1e3,
    0,
  );
  const measured = durationNs === 0 ? 1 : 1 - silentNs / durationNs;
  const uncertainty = combinedUncertainty(costs.map((cost) => cost.uncertainty));
  return {
    withinUs: Math.min(...within),
    cost: {
      duration_s: costs[0]!.duration_s,
      coverage: tidy(Math.max(0, Math.min(measured, ...costs.map(({ coverage }) => coverage)))),
      power_w: perName(
        costs.map(({ power_w }) => power_w),
        (powers) => sumOfPowers(powers, isEven),
      ),
      energy_j: tidied(
        perName(
          costs.map(({ energy_j }) => energy_j),
          added,
        ),
      ),
      energy_uncertainty_j: tidied(
        perName(
          costs.map(({ energy_uncertainty_j }) => energy_uncertainty_j),
          combined,
        ),
      ),
      uncertainty: tidiedParts(uncertainty),
    },
  };
}

/** With the keys that the tracks' own have. */
function sumOfPowers(powers: readonly PowerRange[], isEven: boolean): PowerRange {
  const nothing = Object.fromEntries(
    Object.keys(powers[0]!).map((key) => [key, null]),
  ) as unknown as PowerRange;
  const mean = isEven ? added(powers.map((power) => power.mean)) : null;
  return { ...nothing, mean: mean === null ? null : tidy(mean) };
}

const tidied = (figures: PerComponent<number | null>): PerComponent<number | null> =>
  Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, figure === null ? null : tidy(figure)]),
  );

const tidiedParts = ({
  accuracy_share,
  accuracy_j,
  gaps_j,
  edges_j,
}: UncertaintySummary): UncertaintySummary => ({
  accuracy_share,
  accuracy_j: tidied(accuracy_j),
  gaps_j: tidied(gaps_j),
  edges_j: tidied(edges_j),
});

/** The powers of several instruments while they are recorded, asked as one. */
export class SeveralHistories {
  constructor(readonly each: readonly PowerHistory[]) {}

  /** Whether there is a sample of each. */
  get hasBegun(): boolean {
    return this.each.every(({ samples }) => samples > 0);
  }

  /** The longest of the tracks' mean spacings so far, ms; 0 before there are any. */
  get spacingMs(): number {
    const spacings = this.each.map(({ samples, lastUs }) =>
      samples > 1 ? lastUs / 1000 / (samples - 1) : 0,
    );
    return Math.max(...spacings);
  }

  /** Resolves when each has a sample at `us` or later, or none will come to it any more. */
  async reached(us: number): Promise<void> {
    await Promise.all(this.each.map((history) => history.reached(us)));
  }

  /** Mean of one component over all, mW, as `PowerHistory` tells it; null where one of them has none. */
  meanBetween(startUs: number, endUs: number, component: number): number | null {
    return added(this.each.map((history) => history.meanBetween(startUs, endUs, component)));
  }

  /** Says that nothing more comes. */
  async finish(): Promise<void> {
    for (const history of this.each) await history.finish();
  }

  async dispose(): Promise<void> {
    for (const history of this.each) await history.dispose();
  }
}
