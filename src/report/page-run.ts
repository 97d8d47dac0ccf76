import { basename } from 'node:path';
import type { PageGap, PageRun, PageSummary } from '../draw/page-data.js';
import type { TimeSpan } from '../measure/tracks/cover.js';
import { gapJ } from '../measure/uncertainty.js';
import { gapsUs } from './reading/gaps.js';
import type { Rested } from './rested.js';
import { calibratedIn, factsOver } from './series.js';

const usPerS = 1e6;

/**
 * A recording as a page is given it.
 * @param id distinct on the page
 * @param offsetUs what is added to its instants where several share an axis
 */
export function pageRun(
  rested: Rested,
  id: string,
  resolution: PageRun['resolution'],
  offsetUs = 0,
): PageRun {
  const { stepSpacings = 1 } = rested.facts ?? {};
  const accuracy = rested.facts && factsOver(rested.facts, [], rested.series).accuracy;
  const { path, summary, series, reach, samplingJ, bands, excursions, histograms, meansUs, isHeld } = rested;
  return {
    id,
    name: path === '-' ? 'standard input' : basename(path),
    startUnixUs: summary.start_unix_s === null ? null : Math.round(summary.start_unix_s * usPerS),
    startUs: reach?.firstUs ?? 0,
    endUs: reach?.lastUs ?? 0,
    offsetUs,
    series: series.map(({ name, kind }, n) => ({
      ...{ name, kind, samplingJ: samplingJ[n]! * stepSpacings },
      ...calibratedIn(accuracy?.parts[n]),
    })),
    resolution,
    ...(meansUs !== null && { meansUs }),
    ...(isHeld && { isHeld }),
    gaps: gapsOf(rested),
    bands,
    flags: rested.flags,
    excursions,
    histograms,
    summary: summary as unknown as PageSummary,
  };
}

/** Gaps, with what each leaves open of the components' energy; before the first and behind the last sample there is none. */
function gapsOf(rested: Rested): PageGap[] {
  const { summary, facts } = rested;
  const spans = gapsUs(summary);
  if (rested.meansUs !== null) return gapsBetweenMeans(rested, spans);
  return summary.gaps.map(({ cause }, n) => {
    const { startUs, endUs } = spans[n]!;
    const around = facts?.gaps.get(startUs);
    return {
      ...{ startUs, endUs, cause },
      uncertaintyJ: Object.fromEntries(
        around ? facts!.components.map((name, c) => [name, gapJ(around, c, endUs - startUs)]) : [],
      ),
    };
  });
}

/** As the rows tell them, which the summary of the samples need not; with its causes, and the silences at its edges. */
function gapsBetweenMeans({ summary, gapsOfMeans, reach }: Rested, listed: readonly TimeSpan[]): PageGap[] {
  const [firstUs, lastUs] = [reach?.firstUs ?? 0, reach?.lastUs ?? 0];
  const nothing = { cause: 'late', uncertaintyJ: {} };
  const known = listed.map((span, n) => ({ ...nothing, ...span, cause: summary.gaps[n]!.cause }));
  return [
    ...known.filter(({ endUs }) => endUs <= firstUs),
    ...gapsOfMeans.map((span) => {
      const same = known.find(({ startUs, endUs }) => startUs < span.endUs && span.startUs < endUs);
      return { ...nothing, ...same, ...span };
    }),
    ...known.filter(({ startUs }) => startUs >= lastUs),
  ];
}
