import { existsSync, readFileSync } from 'node:fs';
import type { FaultKind, Warning } from '../block.js';
import { errorText } from '../errors.js';
import type { GapCause } from '../measure/gaps.js';
import type { BoardSummary, Summary } from '../measure/summary.js';
import { issueText } from '../schema/issue-text.js';
import { type KnownSummary, summarySchema } from '../schema/summary.js';
import { plural } from '../units.js';
import type { Finding } from './finding.js';

/** The summary that lies beside a recording already. */
export type SummaryBeside =
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
  readonly summary: Summary;
  /** Where it goes; null where what is there stays. */
  readonly summaryPath: string | null;
  /** The one that was there, where it is of the same recording and this one takes its place. */
  readonly replaced: KnownSummary | null;
  /** Where one of another recording is moved to. */
  readonly setAside: string | null;
  /** Why what is there stays or goes, for people. */
  readonly remark: string | null;
}

export interface SummaryCase {
  /** Of the recording. */
  readonly path: string;
  readonly summaryPath: string | null;
  readonly beside: SummaryBeside;
  readonly finding: Finding;
  readonly torn: boolean;
}

/** A summary takes the place of one that is there only where that tells of samples that are gone, or less. */
export function planSummary({ path, summaryPath, beside, finding, torn }: SummaryCase): SummaryPlan {
  const { summary, samples, knowsBoard } = finding;
  const made: SummaryPlan = { summary, summaryPath, replaced: null, setAside: null, remark: null };
  const stays = (remark: string | null): SummaryPlan => ({ ...made, summaryPath: null, remark });
  if (beside.state === 'none') return made;
  if (beside.state === 'unreadable')
    return stays(
      torn
        ? `${summaryPath} is no summary that this powerlog reads (${beside.why}) and stays as it is; move it away to have one made`
        : null,
    );
  const there = beside.summary;
  if (samples === 0 && !knowsBoard)
    return stays(torn ? `${summaryPath} stays as it is; no samples are left` : null);
  const tellsMore = knowsBoard && isRebuilt(there);
  const same =
    there.start_unix_s === summary.start_unix_s &&
    Object.keys(there.energy_j).join() === Object.keys(summary.energy_j).join();
  if (!same)
    return torn
      ? {
          ...made,
          setAside: freeName(`${summaryPath}.old`),
          remark: `${summaryPath} was of another recording`,
        }
      : stays(null);
  if (!tellsMore && (!torn || there.samples === samples))
    return stays(torn ? `${summaryPath} is of these samples and stays as it is` : null);
  const capture = captureBeside(path);
  if (!knowsBoard && capture !== null && !isRebuilt(there) && there.samples >= samples)
    return stays(
      `${summaryPath} stays as it is: it tells of the ${plural(there.samples, 'sample')} of ${capture}`,
    );
  return { ...made, summary: mergedSummary(finding, there), replaced: there };
}

/** The capture that bears the same name. */
function captureBeside(path: string): string | null {
  const stem = path.replace(/\.gz$/, '').replace(/(?<=[^/])\.[^./]+$/, '');
  return [`${stem}.plog`, `${stem}.plog.gz`].find((each) => each !== path && existsSync(each)) ?? null;
}

function freeName(path: string): string {
  let name = path;
  for (let n = 2; existsSync(name); n++) name = `${path}${n}`;
  return name;
}

/** Whether a summary is of the recording that began then and has these components. */
export const isOfRecording = (
  summary: KnownSummary,
  startUnixUs: number | null,
  components: readonly string[],
): boolean =>
  summary.start_unix_s === (startUnixUs === null ? null : startUnixUs / 1e6) &&
  Object.keys(summary.energy_j).join() === components.join();

/** Whether it was made from rows alone, so that a capture can tell more. */
export const isRebuilt = ({ warnings }: KnownSummary): boolean =>
  warnings.some(({ code }) => code === 'rebuilt');

/** What `exec` adds, made from stretches of the samples. */
export const partKeys = ['command', 'phases', 'runs', 'comparison'] as const;
/** Facts that do not depend on how many samples are left. */
const factKeys: readonly string[] = ['calibration', 'sampling_priority'];
/** Warnings of the samples, which are made again with the figures. */
const ofSamples = ['low-coverage', 'silent-edge', 'gaps-unlisted', 'few-samples', 'rebuilt'];
/** Warnings of what only a capture tells again. */
const ofCapture: readonly (FaultKind | string)[] = [
  ...(['no-reply', 'late-reply', 'short-reply', 'wrong-answer', 'stray-bytes'] satisfies FaultKind[]),
  ...(['implausible-frame', 'board-lost', 'overrun', 'suspend'] satisfies FaultKind[]),
  ...['ended-early', 'clock-step', 'clock-slew', 'capture-cut', 'capture-damaged', 'bytes-behind'],
];

/**
 * The summary of what is left of a recording, with what the one that was there knew and the samples do not tell. What
 * `exec` added is left to whoever can make it again.
 */
export function mergedSummary({ summary: found, knowsBoard }: Finding, there: KnownSummary): Summary {
  const whole = there.samples === found.samples;
  const others = Object.keys(there).filter((key) => !(key in found || partNames.has(key)));
  const kept = others.filter((key) => whole || factKeys.includes(key));
  const lost = others.filter((key) => !kept.includes(key));
  if (found.latency_s === null && there.latency_s !== null && !whole) lost.push('latency_s');
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
    ...Object.fromEntries(kept.map((key) => [key, there[key]])),
    warnings: [
      ...(isRebuilt(there) && !knowsBoard ? found.warnings : found.warnings.map(asKnown)),
      ...there.warnings.filter(
        ({ code, message }) =>
          !ofSamples.includes(code) &&
          !(knowsBoard && ofCapture.includes(code)) &&
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
        message:
          'made again from the rows: the board, the host, the map and the causes of gaps are those of the summary that was there',
      }
    : warning;

/** @param what of a summary that the samples that are left do not bear any more */
export const notKept = (what: string): Warning => ({
  code: 'not-kept',
  message: `not kept of the summary that was there, since the samples that are left do not bear it: ${what}`,
});
