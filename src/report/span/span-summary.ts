import { usageError } from '../../errors.js';
import { SummaryCollector } from '../../measure/collector.js';
import type { PartFacts } from '../../measure/part-facts.js';
import type { GapSummary, RailSummary, RepairedSummary } from '../../measure/summary.js';
import { Cover, type TimeSpan } from '../../measure/tracks/cover.js';
import { partKeys } from '../../session/repair/repair-summary.js';
import type { Cost, PowerDistribution } from '../../trace/cost.js';
import { exactSpan } from '../../trace/span.js';
import { SecondReading } from '../reading/again.js';
import { extentOf, gapsUs } from '../reading/gaps.js';
import type { Rested } from '../rested.js';
import { factsOver } from '../series.js';
import { asRail, costOfOnly } from './cost-parts.js';
import { measuredMeans } from './mean-span.js';
import { rowsWithin } from './rows-within.js';
import { SpanParts } from './span-parts.js';

/** A summary of a part of a recording. */
export interface SpanSummary extends RepairedSummary {
  /** Null without samples. */
  readonly from_s: number | null;
  readonly to_s: number | null;
}

/** A part of a recording, µs since it began; up to its edges where absent. */
export interface AskedSpan {
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
}

const usPerS = 1e6;

/**
 * The summary of what lies between two instants, clipped to what was recorded; of the whole it is that of the recording, to the digit.
 * @param offsetUs what is added to its instants where several share an axis, on which people ask
 * @throws UserError (usage) where nothing was recorded between them
 */
export async function summaryBetween(rested: Rested, asked: AskedSpan, offsetUs = 0): Promise<SpanSummary> {
  const { summary, reach, path } = rested;
  const whole = extentOf(summary, reach?.firstUs ?? null);
  if (!whole) return { ...summary, from_s: null, to_s: null };
  const span = {
    startUs: Math.max(asked.fromUs ?? whole.startUs, whole.startUs),
    endUs: Math.min(asked.toUs ?? whole.endUs, whole.endUs),
  };
  const ends = { from_s: span.startUs / usPerS, to_s: span.endUs / usPerS };
  if (span.startUs === whole.startUs && span.endUs === whole.endUs) return { ...summary, ...ends };
  if (span.startUs >= span.endUs)
    throw usageError(
      `${path} was recorded from ${(whole.startUs + offsetUs) / usPerS} s to ${(whole.endUs + offsetUs) / usPerS} s: nothing of that lies between --from and --to`,
    );
  const measured = rested.facts
    ? await measuredSamples(rested, rested.facts, span)
    : await measuredMeans(rested, span);
  const others = Object.fromEntries(
    Object.entries(summary).filter(([key]) => !(partKeys as readonly string[]).includes(key)),
  ) as unknown as RepairedSummary;
  return {
    ...others,
    duration_s: (span.endUs - span.startUs) / usPerS,
    gaps: clippedGaps(summary.gaps, ends),
    ...measured,
    ...('comparison' in summary && 'runs' in measured ? { comparison: summary.comparison } : {}),
    ...ends,
  };
}

async function measuredSamples(
  { again, series, board, wiring, header, told, summary }: Rested,
  facts: PartFacts,
  span: TimeSpan,
): Promise<Partial<RepairedSummary>> {
  const { components } = facts;
  const rails = series.filter(({ kind }) => kind === 'rail');
  const powers = [...series.filter(({ kind }) => kind === 'component'), ...rails];
  const names = [...components, ...rails.map(({ name }) => asRail(name))];
  const reading = new SecondReading(again, factsOver(facts, names, powers), (block) =>
    powers.map((each) => each.of(block)),
  );
  const inside = new SummaryCollector(
    board,
    wiring,
    facts.accuracyShare,
    summary.calibration ?? null,
    summary.wire_limits,
  );
  inside.begin(header);
  const parts = new SpanParts(told, span);
  const asked = { spans: [exactSpan(span.startUs * 1000, span.endUs * 1000)], distribution: true };
  const [first, ...others] = await reading.evaluate([asked, ...parts.groups], (block) => {
    const rows = rowsWithin(block, span);
    if (rows.count > 0) inside.write(rows);
  });
  await inside.finish();
  const cost = first!.cost as Cost<PowerDistribution>;
  const { power_w, energy_j, energy_uncertainty_j, uncertainty } = costOfOnly(cost, components);
  const measured = inside.measured();
  const { samples, interval_s, latency_s, freshness, wires } = measured;
  const { firstUs, lastUs } = inside.reach;
  return {
    samples,
    sample_rate_hz:
      samples > 1 && lastUs! > firstUs! ? (samples - 1) / ((lastUs! - firstUs!) / usPerS) : null,
    coverage: Math.min(cost.coverage, listedCoverage(summary.gaps, span)),
    ...{ interval_s, latency_s: summary.latency_s && latency_s, freshness, wires },
    ...{ power_w, energy_j, energy_uncertainty_j, uncertainty },
    rails: Object.fromEntries(
      rails.map(({ name }): [string, RailSummary] => {
        const { wires: sums } = measured.rails[name]!;
        const own = { power_w: cost.power_w[asRail(name)]!, energy_j: cost.energy_j[asRail(name)]! };
        return [name, { ...own, ...(sums && { wires: sums }) }];
      }),
    ),
    ...parts.keys(others.map((each) => costOfOnly(each.cost, components))),
  };
}

function clippedGaps(
  gaps: readonly GapSummary[],
  { from_s, to_s }: { from_s: number; to_s: number },
): GapSummary[] {
  return gaps.flatMap((gap) => {
    const [start_s, end_s] = [Math.max(gap.start_s, from_s), Math.min(gap.end_s, to_s)];
    return start_s < end_s ? [{ ...gap, start_s, end_s }] : [];
  });
}

/** Share of a span outside of the gaps that are listed, those in which the machine slept among them. */
function listedCoverage(gaps: readonly GapSummary[], { startUs, endUs }: TimeSpan): number {
  const inGaps = new Cover(gapsUs({ gaps })).within(startUs, endUs);
  return 1 - inGaps / (endUs - startUs);
}
