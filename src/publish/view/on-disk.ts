import { identityOf } from '../../capture/header.js';
import { CaptureSeeker } from '../../capture/seek/seeker.js';
import type { PageRun } from '../../draw/page-data.js';
import { chosenWiring } from '../../measure/rail-map.js';
import type { ReadingOptions } from '../../report/rested.js';
import { seriesOf } from '../../report/series.js';
import { CapturedRows } from './captured-rows.js';

/** A capture that can be sought in, before it has been read. */
export interface OnDisk {
  readonly seeker: CaptureSeeker;
  readonly rows: CapturedRows;
  /** Behind its head. */
  readonly firstByte: number;
  /** What its head and its two ends tell. */
  unreadRun(id: string, name: string): PageRun;
}

const noFigures = { power_w: {}, energy_j: {}, energy_uncertainty_j: {}, warnings: [] };

/** Null where a file cannot be sought in: what is compressed, what is no capture. @throws UserError (badInput) where it cannot be read */
export async function openOnDisk(
  path: string,
  { map: mapFrom, accuracy }: ReadingOptions,
): Promise<OnDisk | null> {
  const seeker = path === '-' ? null : await CaptureSeeker.open(path);
  if (!seeker) return null;
  const { header, board } = seeker;
  const map = await mapFrom?.(header.map);
  const wiring = chosenWiring(board, map ?? (() => header.map));
  const series = seriesOf(board, wiring);
  const rows = new CapturedRows(seeker, board, wiring, series);
  const reach = await rows.reach();
  return {
    seeker,
    rows,
    firstByte: seeker.parts[0]!.fromByte,
    unreadRun: (id, name) => ({
      ...{ id, name, startUnixUs: header.start.unix_us, offsetUs: 0 },
      startUs: reach.firstUs,
      endUs: reach.lastUs,
      series: series.map((each) => ({ name: each.name, kind: each.kind, samplingJ: 0 })),
      resolution: { kind: 'samples', count: 0 },
      ...{ gaps: [], bands: [], flags: [], excursions: [], histograms: [] },
      summary: {
        board: { ...identityOf(header) },
        ...noFigures,
        uncertainty: { accuracy_share: accuracy ?? header.accuracy ?? board.nominalAccuracy },
      },
    }),
  };
}
