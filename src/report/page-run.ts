import { basename } from 'node:path';
import type { PageBand, PageRun, PageSummary } from '../draw/page-data.js';
import type { Rested } from './rested.js';

const usPerS = 1e6;

/** A recording as a page is given it. @param id distinct on the page */
export function pageRun(rested: Rested, id: string, resolution: PageRun['resolution']): PageRun {
  const { path, summary, series, envelopes } = rested;
  const startUs = 0;
  return {
    id,
    name: basename(path),
    startUnixUs: summary.start_unix_s === null ? null : summary.start_unix_s * usPerS,
    startUs,
    endUs: rested.samples?.timeUs.at(-1) ?? envelopes.grid.count * envelopes.grid.intervalUs,
    offsetUs: 0,
    series: series.map(({ name, kind }) => ({ name, kind, samplingJ: 0 })),
    resolution,
    gaps: summary.gaps.map(({ start_s, end_s, cause }) => ({
      startUs: start_s * usPerS,
      endUs: end_s * usPerS,
      cause,
      uncertaintyJ: {},
    })),
    bands: phaseBands(rested),
    flags: [],
    excursions: [],
    histograms: [],
    summary: summary as unknown as PageSummary,
  };
}

function phaseBands({ recalled }: Rested): PageBand[] {
  return (recalled?.phases ?? []).flatMap(({ name, spans, energy_j }) =>
    spans.map(({ start_s, end_s }) => ({
      kind: 'phase' as const,
      name,
      startUs: start_s * usPerS,
      endUs: end_s * usPerS,
      energyJ: energy_j,
    })),
  );
}
