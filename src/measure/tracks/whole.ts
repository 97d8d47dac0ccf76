import type { PowerStatistics } from '../energy.js';
import { mergedMap } from '../rail-map.js';
import type {
  GapSummary,
  Measured,
  PerComponent,
  RailSummary,
  TrackSummary,
  UncertaintySummary,
} from '../summary.js';
import { figureOrNull } from '../uncertainty.js';
import { type TimeSpan, totalUs, union } from './cover.js';
import { extentOf, type TrackReach } from './reach.js';

/** One track's figures, and what is needed of it to add them to the others'. */
export interface TrackFigures {
  readonly id: string;
  readonly measured: Measured;
  readonly reach: TrackReach;
  /** Longer spacings of this track are gaps. */
  readonly gapLimitUs: number;
  /** Names beside the summary; null where nothing was kept. */
  readonly file: string | null;
  readonly capture: string | null;
}

const usPerS = 1e6;
const toUs = (seconds: number): number => Math.round(seconds * usPerS);
const unknown = { median: null, p99: null, max: null };

/**
 * The figures of several tracks as those of one recording. Joules and mean powers add; what the powers did together at any one
 * instant, as their extremes and percentiles, single tracks do not tell.
 */
export function wholeOf(tracks: readonly TrackFigures[]): Measured {
  const all = tracks.map(({ measured }) => measured);
  const [first] = all;
  const extents = tracks.map(({ reach, measured: { gaps } }) => extentOf(reach, gaps.map(spanOf)));
  const whole = {
    startUs: Math.min(...extents.map((extent) => extent?.startUs ?? Number.POSITIVE_INFINITY)),
    endUs: Math.max(...extents.map((extent) => extent?.endUs ?? Number.NEGATIVE_INFINITY)),
  };
  const durationUs = whole.endUs >= whole.startUs ? whole.endUs - whole.startUs : null;
  const gaps = durationUs === null ? [] : tracks.flatMap((track, n) => gapsOf(track, extents[n]!, whole));
  const isTogether = together(tracks, durationUs ?? 0);
  return {
    board: first!.board,
    map: mergedMap(all.map(({ map }) => map)),
    start_unix_s: first!.start_unix_s,
    duration_s: durationUs === null ? null : durationUs / usPerS,
    samples: all.reduce((sum, { samples }) => sum + samples, 0),
    sample_rate_hz: added(all.map(({ sample_rate_hz }) => sample_rate_hz)),
    coverage: durationUs ? coverageOf(all, gaps, durationUs) : null,
    gaps: gaps.sort((a, b) => a.start_s - b.start_s),
    interval_s: unknown,
    latency_s: null,
    freshness: null,
    sampling_priority: common(all.map(({ sampling_priority }) => sampling_priority)),
    calibration: first!.calibration,
    power_w: perName(
      all.map(({ power_w }) => power_w),
      (powers) => sumOfPowers(powers, isTogether),
    ),
    energy_j: perName(
      all.map(({ energy_j }) => energy_j),
      added,
    ),
    energy_uncertainty_j: perName(
      all.map(({ energy_uncertainty_j }) => energy_uncertainty_j),
      combined,
    ),
    uncertainty: combinedUncertainty(all.map(({ uncertainty }) => uncertainty)),
    rails: perName(
      all.map(({ rails }) => rails),
      (rails): RailSummary => ({
        power_w: sumOfPowers(
          rails.map(({ power_w }) => power_w),
          isTogether,
        ),
        energy_j: added(rails.map(({ energy_j }) => energy_j)),
      }),
    ),
    wires: [],
    tracks: tracks.map(trackSummary),
    warnings: [],
  };
}

function trackSummary({ id, measured, file, capture }: TrackFigures): TrackSummary {
  const { start_unix_s, warnings, tracks, ...figures } = measured;
  return { id, file, ...(capture === null ? {} : { capture }), ...figures };
}

/** A sum of which a part is not known is not known. */
export const added = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : values.reduce((sum: number, value) => sum + value!, 0);

/** Uncertainties of different boards have nothing to do with each other, so their squares add. */
export const combined = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : Math.hypot(...(values as number[]));

export const combinedUncertainty = (parts: readonly UncertaintySummary[]): UncertaintySummary => {
  const each = (key: 'accuracy_j' | 'gaps_j' | 'edges_j') =>
    perName(
      parts.map((part) => part[key]),
      combined,
    );
  return {
    accuracy_share: figureOrNull(
      Math.max(...parts.map(({ accuracy_share }) => accuracy_share ?? Number.NaN)),
    ),
    accuracy_j: each('accuracy_j'),
    gaps_j: each('gaps_j'),
    edges_j: each('edges_j'),
  };
};

/** What bears the same name in several tracks, as one. */
export function perName<Value, Whole>(
  tracks: readonly PerComponent<Value>[],
  one: (values: readonly Value[]) => Whole,
): PerComponent<Whole> {
  const names = new Set(tracks.flatMap((track) => Object.keys(track)));
  const values = (name: string) =>
    tracks.filter((track) => Object.hasOwn(track, name)).map((track) => track[name]!);
  return Object.fromEntries([...names].map((name) => [name, one(values(name))]));
}

/** @param isTogether whether these are means over the same time */
const sumOfPowers = (powers: readonly PowerStatistics[], isTogether: boolean): PowerStatistics => ({
  mean: isTogether ? added(powers.map(({ mean }) => mean)) : null,
  ...{ min: null, max: null, p50: null, p95: null, p99: null },
});

const common = (values: readonly (string | null)[]): string | null =>
  values.every((value) => value === values[0]) ? values[0]! : null;

/** Whether all tracks have samples from the begin to the end, but for a gap's length, or a hundredth of the time. */
const together = (tracks: readonly TrackFigures[], durationUs: number): boolean =>
  tracks.every(
    ({ reach: { firstUs, lastUs }, gapLimitUs }) =>
      firstUs !== null &&
      lastUs !== null &&
      durationUs - (lastUs - firstUs) <= Math.max(2 * gapLimitUs, durationUs / 100),
  );

const spanOf = ({ start_s, end_s }: GapSummary): TimeSpan => ({ startUs: toUs(start_s), endUs: toUs(end_s) });

/**
 * A track's gaps, and what it lacks of the whole recording at its begin and its end. As in a recording of one, a question that
 * was asked at once and an answer that came right at the end leave no gap, however long they took.
 */
function gapsOf(
  { id, measured, reach, gapLimitUs }: TrackFigures,
  extent: TimeSpan | null,
  whole: TimeSpan,
): GapSummary[] {
  const cause = reach.end === 'board-lost' ? 'board-lost' : 'ended';
  const gap = (startUs: number, endUs: number, why: GapSummary['cause']): GapSummary => ({
    start_s: startUs / usPerS,
    end_s: endUs / usPerS,
    cause: why,
  });
  const own = extent ?? { startUs: whole.startUs, endUs: whole.startUs };
  const askedUs = Math.min(own.startUs, reach.requestUs ?? own.startUs);
  const answeredUs = Math.max(own.endUs, reach.replyUs ?? own.endUs);
  const before = askedUs - whole.startUs > gapLimitUs ? [gap(whole.startUs, own.startUs, 'late')] : [];
  const behind = whole.endUs - answeredUs > gapLimitUs ? [gap(own.endUs, whole.endUs, cause)] : [];
  const gaps = [...measured.gaps];
  // A silence in which the track ended goes on.
  const last = gaps.at(-1);
  if (behind[0] && last?.cause === cause && toUs(last.end_s) === toUs(behind[0].start_s))
    behind[0] = { ...behind[0], start_s: gaps.pop()!.start_s };
  return [...before, ...gaps, ...behind].map((each) => ({ track: id, ...each }));
}

/** Share of the time in which no track had a gap. */
function coverageOf(all: readonly Measured[], gaps: readonly GapSummary[], durationUs: number): number {
  const spans = gaps.map(spanOf);
  const unlistedUs = all.map(({ coverage, duration_s, gaps: listed }) => {
    const openUs = (1 - (coverage ?? 1)) * toUs(duration_s ?? 0);
    const listedUs = listed.reduce((sum, { start_s, end_s }) => sum + toUs(end_s) - toUs(start_s), 0);
    return Math.max(0, Math.round(openUs - listedUs));
  });
  const openUs = totalUs(union(spans)) + unlistedUs.reduce((sum, us) => sum + us, 0);
  return Math.max(0, 1 - openUs / durationUs);
}
