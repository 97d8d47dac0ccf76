import { existsSync, readFileSync } from 'node:fs';
import { errorText } from '../../errors.js';
import type { GapCause } from '../../measure/gaps.js';
import type { BoardSummary, RepairedSummary } from '../../measure/summary.js';
import { issueText } from '../../schema/json/issue-text.js';
import { type KnownSummary, summarySchema } from '../../schema/summary.js';
import type { Warning, WarningCode } from '../../stream/warning.js';
import { plural } from '../../units.js';
import { isOfRecording } from '../rows/row-measure.js';
import { captureBeside, freeName } from './beside.js';
import type { Finding } from './finding.js';

/** The summary that lies beside a recording already. */
type SummaryBeside =
  | { readonly state: 'none' }
  /** It may hold more than can be made again, so it is not touched. */
  | { readonly state: 'unreadable'; readonly why: string }
  | { readonly state: 'known'; readonly summary: KnownSummary };

export function readSummaryBeside(path: string | null): SummaryBeside {
  if (path === null || !existsSync(path)) return { state: 'none' };
  try {
    const parsed = summarySchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return { state: 'known', summary: parsed.data };
    return { state: 'unreadable', why: issueText(parsed.error) };
  } catch (error) {
    return { state: 'unreadable', why: errorText(error) };
  }
}

/** What becomes of the summary. */
export interface SummaryPlan {
  readonly summary: RepairedSummary | null;
  /** Where it goes; null where what is there stays. */
  readonly summaryPath: string | null;
  /** The one that was there, where it is of the same recording and this one takes its place. */
  readonly replaced: KnownSummary | null;
  /** Where one of another recording is moved to. */
  readonly setAside: string | null;
  /** Why what is there stays or goes, for people. */
  readonly remark: string | null;
}

interface SummaryCase {
  /** Of the recording. */
  readonly path: string;
  readonly summaryPath: string | null;
  readonly beside: SummaryBeside;
  readonly finding: Finding;
  readonly torn: boolean;
}

/** A summary takes the place of one that is there only where that tells of samples that are gone, or less. */
export function planSummary({ path, summaryPath, beside, finding, torn }: SummaryCase): SummaryPlan {
  const { summary, samples, unit, knowsBoard, dated, lacking } = finding;
  const made: SummaryPlan = { summary, summaryPath, replaced: null, setAside: null, remark: null };
  const stays = (remark: string | null): SummaryPlan => ({ ...made, summaryPath: null, remark });
  const without = `the columns lack ${lacking.join(' and ')}`;
  if (beside.state === 'none') {
    if (summary === null && summaryPath !== null) return stays(`no summary can be made: ${without}`);
    return made;
  }
  if (beside.state === 'unreadable')
    return stays(
      torn
        ? `${summaryPath} is no summary that this powerlog reads (${beside.why}) and stays as it is; move it away to have one made`
        : null,
    );
  const there = beside.summary;
  const boards = there.tracks?.filter((track) => 'board' in track).length ?? 0;
  if (boards > 0)
    return stays(
      torn
        ? `${summaryPath} stays as it is: it tells of ${boards} boards, and not of these ${unit}s alone`
        : null,
    );
  if (samples === 0 && !knowsBoard)
    return stays(torn ? `${summaryPath} stays as it is; no ${unit}s are left` : null);
  if (summary === null)
    return stays(torn ? `${summaryPath} stays as it is, and none can be made again: ${without}` : null);
  if (!dated)
    return stays(
      torn
        ? `${summaryPath} stays as it is: whether it is of this recording cannot be told without unix_time_s`
        : null,
    );
  const tellsMore = knowsBoard && isRebuilt(there);
  const components = Object.keys(summary.energy_j);
  const same = knowsBoard
    ? there.start_unix_s === summary.start_unix_s && Object.keys(there.energy_j).join() === components.join()
    : isOfRecording(there, summary.start_unix_s === null ? null : summary.start_unix_s * 1e6, components);
  if (!same)
    return torn
      ? {
          ...made,
          setAside: freeName(`${summaryPath}.old`),
          remark: `${summaryPath} was of another recording`,
        }
      : stays(null);
  const bearsAll = isOfAll(finding, there);
  const outgrown = !torn && tellsOfMoreRows(finding, there);
  if (!tellsMore && !outgrown && (!torn || bearsAll))
    return stays(torn ? `${summaryPath} is of these ${unit}s and stays as it is` : null);
  const capture = captureBeside(path);
  if (
    !knowsBoard &&
    capture !== null &&
    !isRebuilt(there) &&
    there.samples !== null &&
    (unit === 'mean' || there.samples >= samples)
  )
    return stays(
      `${summaryPath} stays as it is: it tells of the ${plural(there.samples, 'sample')} of ${capture}`,
    );
  const remark = outgrown
    ? `${summaryPath} told of ${plural(there.samples!, 'sample')}, of which ${samples} are left`
    : null;
  return { ...made, summary: mergedSummary(finding, summary, there), replaced: there, remark };
}

/** Whether rows were lost since a summary was made, though what is left ends well: unless they were lost before, which it says. */
const tellsOfMoreRows = ({ knowsBoard, unit, samples }: Finding, there: KnownSummary): boolean =>
  !knowsBoard &&
  unit === 'sample' &&
  (there.samples ?? 0) > samples &&
  !there.warnings.some(({ code }) => code === 'sink-overrun');

/** Instants are in whole microseconds; a silence at an edge may be cut within one. */
const instantUs = 1;

/** Whether a summary tells of exactly what was found. */
export const isOfAll = (finding: Finding, there: KnownSummary): boolean =>
  finding.unit === 'sample' ? there.samples === finding.samples : reachesEnd(finding, there);

/** Whether means reach from the first to the last sample that a summary tells of. */
function reachesEnd({ firstUs, lastUs }: Finding, { duration_s, gaps, warnings }: KnownSummary): boolean {
  if (firstUs === null || lastUs === null || duration_s === null) return false;
  const silent = warnings.some(({ code }) => code === 'silent-edge');
  const meet = (oneS: number, otherUs: number) => Math.abs(oneS * 1e6 - otherUs) <= instantUs;
  const leading = gaps.find(({ end_s }) => silent && meet(end_s, firstUs));
  const trailing = gaps.find(({ start_s }) => silent && meet(start_s, lastUs));
  return meet((leading?.start_s ?? firstUs / 1e6) + duration_s, trailing ? trailing.end_s * 1e6 : lastUs);
}

/** Whether it was made from rows alone, so that a capture can tell more. */
const isRebuilt = ({ warnings }: KnownSummary): boolean => warnings.some(({ code }) => code === 'rebuilt');

/** What `exec` adds, made from spans of the samples. */
export const partKeys = ['command', 'phases', 'runs', 'comparison'] as const;
/** Facts that do not depend on how many samples are left. */
const factKeys: readonly string[] = ['calibration'];
/** Warnings of the samples, which are made again with the figures. */
const ofSamples: readonly WarningCode[] = [
  'low-coverage',
  'silent-edge',
  'gaps-unlisted',
  'few-samples',
  'samples-outrun-board',
  'rebuilt',
];
/** What means do not tell. */
const ofSingleSamples = [
  'samples',
  'sample_rate_hz',
  'interval_s',
  'min, max and percentiles of power_w',
  'energy_uncertainty_j',
  'gaps_j and edges_j of uncertainty',
];
/** Warnings of what only a capture tells again. */
const ofCapture: readonly WarningCode[] = [
  ...(['no-reply', 'late-reply', 'short-reply', 'wrong-answer', 'stray-bytes'] as const),
  ...(['implausible-frame', 'board-lost', 'overrun', 'suspend'] as const),
  ...(['ended-early', 'clock-step', 'clock-slew', 'capture-cut', 'capture-damaged', 'bytes-behind'] as const),
];

/**
 * The summary of what is left of a recording, with what the one that was there knew and the samples do not tell. What
 * `exec` added is left out: where it can be made again, `repaired.ts` does.
 */
export function mergedSummary(
  { knowsBoard, unit }: Finding,
  found: RepairedSummary,
  there: KnownSummary,
): RepairedSummary {
  const whole = unit === 'sample' && there.samples === found.samples;
  const others = Object.keys(there).filter((key) => !(key in found || partNames.has(key)));
  const kept = others.filter((key) => whole || factKeys.includes(key));
  const lost = others.filter((key) => !kept.includes(key));
  if (found.latency_s === null && there.latency_s !== null && !whole) lost.push('latency_s');
  const components = Object.keys(there.energy_j).filter((component) => !(component in found.energy_j));
  lost.push(...components.map((component) => `figures of ${component}`));
  if (unit === 'mean' && there.samples !== null) lost.push(...ofSingleSamples);
  // Rows may hold the sums alone.
  if (size(found.rails) < size(there.rails)) lost.push('rails');
  if (size(found.wires) < size(there.wires)) lost.push('wires');
  const causes = new Map(there.gaps.map(({ start_s, end_s, cause }) => [`${start_s} ${end_s}`, cause]));
  return {
    ...found,
    host: knowsBoard ? found.host : there.host,
    board: (knowsBoard ? { ...there.board, ...found.board } : there.board) as BoardSummary,
    gaps: found.gaps.map((gap) => ({
      ...gap,
      cause: (causes.get(`${gap.start_s} ${gap.end_s}`) as GapCause | undefined) ?? gap.cause,
    })),
    latency_s: found.latency_s ?? (whole ? there.latency_s : null),
    sampling_priority: found.sampling_priority ?? there.sampling_priority ?? null,
    freshness: found.freshness ?? (there.freshness as RepairedSummary['freshness'] | undefined) ?? null,
    ...Object.fromEntries(kept.map((key) => [key, there[key]])),
    warnings: [
      ...(isRebuilt(there) && !knowsBoard ? found.warnings : found.warnings.map(asKnown)),
      // Some other powerlog may have written it, with codes of its own.
      ...(there.warnings as readonly Warning[]).filter(
        ({ code, message }) =>
          !ofSamples.includes(code) &&
          !(knowsBoard && ofCapture.includes(code)) &&
          // Judged again where the wires stand in the rows.
          !(code === 'wire-alarm' && size(found.wires) > 0) &&
          !found.warnings.some((each) => each.code === code && each.message === message),
      ),
      ...(lost.length > 0 ? [notKept(lost.join(', '))] : []),
    ],
  };
}

const size = (figures: object | undefined): number => Object.keys(figures ?? {}).length;
const partNames: ReadonlySet<string> = new Set(partKeys);

/** Of rows beside a summary that knows more than they tell. */
const asKnown = (warning: Warning): Warning =>
  warning.code === 'rebuilt'
    ? {
        code: 'rebuilt',
        message: `${warning.message.split(':')[0]!.replace(' alone', '')}: the board, the host, the map and the causes of gaps are those of the summary that was there`,
      }
    : warning;

/** @param what of a summary that the samples that are left do not bear any more */
export const notKept = (what: string): Warning => ({
  code: 'not-kept',
  message: `not kept of the summary that was there, since the samples that are left do not bear it: ${what}`,
});
