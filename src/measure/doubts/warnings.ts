import type { EndReason, FaultKind } from '../../stream/event.js';
import type { Warning, WarningCode } from '../../stream/warning.js';
import type { BoardFreshness } from '../freshness/board-freshness.js';
import type { ClockDrift } from './clock-drift.js';
import type { FaultTally } from './gap-causes.js';
import type { Waiting } from './waiting.js';

/** What the warnings are made from. */
interface Doubts {
  readonly samples: number;
  readonly coverage: number | null;
  readonly faults: ReadonlyMap<FaultKind, FaultTally>;
  readonly drift: ClockDrift | null;
  /** What is to be said of the instrument's own clock; null for nothing. */
  readonly deviceClock: string | null;
  readonly end: EndReason | null;
  /** Gaps beyond those that are listed. */
  readonly unlistedGaps: number;
  /** Seconds without samples before the first and behind the last: not in the energy. */
  readonly outerSilenceS: number;
  readonly waiting: Waiting | null;
  readonly freshness: BoardFreshness | null;
  /** Between two samples, typically. */
  readonly intervalS: number | null;
  /** What the board itself found wrong, a sentence each. */
  readonly boardFaults: readonly string[];
  /** Single wires that carried too much, a sentence each. */
  readonly wireAlarms: readonly string[];
  /** A firmware newer than any that powerlog has a table for; null where the board's is known. */
  readonly unprovenFirmware: number | null;
  /** Where the board's own sums are not those of its rails, a sentence each. */
  readonly totals: readonly string[];
  /** Nobody said how accurate the board's readings are: its maker does not, nor did the command line. */
  readonly noAccuracy: boolean;
  /** The board was asked for its calibration and gave none. */
  readonly noCalibration: boolean;
}

/** p99 rests on the highest hundredth of the samples. */
const fewSamples = 100;
const lowCoverage = 0.99;
/** Beyond this share of repeated frames, a lower rate shows as much. */
const mostRepeated = 0.5;
/** What misses no update, though neither comes at quite equal intervals. */
const samplesPerUpdate = 1.5;

/** What is joined, and bytes of a dump that are no frame, the file's reader tells, with the place. */
type ToldFault = Exclude<FaultKind, 'joined' | 'unreadable'>;

const faultTexts: Readonly<Record<ToldFault, (tally: FaultTally) => string>> = {
  'no-reply': ({ times }) => `the board left ${count(times, 'question')} unanswered`,
  'late-reply': ({ times }) => `${count(times, 'reply', 'replies')} came after the deadline and went unused`,
  'short-reply': ({ times }) => `${count(times, 'reply', 'replies')} came in part`,
  'wrong-answer': ({ times }) => `${count(times, 'reply', 'replies')} answered another question`,
  'stray-bytes': ({ times, amount }) =>
    `${count(amount, 'byte')} that nobody asked for came in and went unused (${count(times, 'time')})`,
  'implausible-frame': ({ amount }) =>
    `${count(amount, 'sample')} contradict themselves (a voltage far off nominal, or a power that is not voltage × current); they are kept, since the board said so`,
  'board-lost': ({ times }) => `the board was lost ${count(times, 'time')}`,
  overrun: ({ amount }) =>
    `${count(amount, 'sample')} were taken but could not be kept: the machine was too busy`,
  overwritten: ({ times, amount }) =>
    `${count(amount, 'sample')} were taken and not sent: the instrument wrote the next over ${amount === 1 ? 'it' : 'them'} (${count(times, 'time')})`,
  suspend: ({ times, amount }) =>
    `the machine slept ${count(times, 'time')}, ${(amount / 1000).toFixed(1)} s in all: that is neither on the time axis nor in the energy, and unix_time_s is behind by it from there on`,
};

/** What a reader of the figures should know, in an order that does not depend on the order of events. */
export function warningsFor(doubts: Doubts): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: WarningCode, message: string) => warnings.push({ code, message });

  if (doubts.unprovenFirmware !== null)
    warn(
      'unknown-firmware',
      `the board's firmware ${doubts.unprovenFirmware} is newer than this powerlog knows; it was read as the newest known, and every frame was checked against itself`,
    );
  if (doubts.noCalibration)
    warn('no-calibration', 'the board did not say which calibration it applies to its readings');
  if (doubts.noAccuracy)
    warn(
      'no-accuracy',
      "nobody says how accurate the board's readings are, so that the uncertainty of energies is not known: give --accuracy",
    );
  for (const text of doubts.totals) warn('totals-disagree', text);
  for (const text of doubts.boardFaults) warn('board-fault', text);
  for (const text of doubts.wireAlarms) warn('wire-alarm', text);
  for (const kind of Object.keys(faultTexts) as ToldFault[]) {
    const tally = doubts.faults.get(kind);
    if (tally) warn(kind, faultTexts[kind](tally));
  }
  if (doubts.deviceClock !== null) warn('device-clock', doubts.deviceClock);
  if (doubts.end === 'board-lost')
    warn('ended-early', 'the board did not come back; the recording ends there');
  if (doubts.end === 'output-failed')
    warn('ended-early', 'an output could not be written; the recording ends there');
  if (doubts.coverage !== null && doubts.coverage < lowCoverage)
    warn('low-coverage', `${((1 - doubts.coverage) * 100).toFixed(1)} % of the time lies inside gaps`);
  if (doubts.outerSilenceS > 0)
    warn(
      'silent-edge',
      `${doubts.outerSilenceS.toFixed(3)} s before the first or behind the last sample are not in the energy`,
    );
  if (doubts.waiting)
    warn(
      'sampling-priority',
      `samples came up to ${(doubts.waiting.longestS * 1000).toFixed(0)} ms apart: sampling ran at normal priority (${doubts.waiting.priority}), behind busy programs; docs/priority.md has the line that allows it a higher one`,
    );
  const outrun = outrunText(doubts);
  if (outrun) warn('samples-outrun-board', outrun);
  if (doubts.unlistedGaps > 0)
    warn(
      'gaps-unlisted',
      `${count(doubts.unlistedGaps, 'shorter gap')} more count in the coverage but are not listed`,
    );
  if (doubts.samples < fewSamples)
    warn('few-samples', `${count(doubts.samples, 'sample')} can't tell percentiles well`);
  if (doubts.drift) {
    const { largestUs, stepped } = doubts.drift;
    const off = `${(Math.abs(largestUs) / 1e6).toFixed(3)} s ${largestUs > 0 ? 'ahead of' : 'behind'} the monotonic clock`;
    if (stepped) warn('clock-step', `the wall clock was set: up to ${off}; time_s is not affected`);
    else warn('clock-slew', `the wall clock crept: up to ${off}; time_s is not affected`);
  }
  return warnings;
}

/** Where most frames repeat the one before, not by chance. */
function outrunText({ freshness, intervalS }: Doubts): string | null {
  const { update_s: updateS = null, repeated_share: share = null } = freshness ?? {};
  if (updateS === null || intervalS === null || share === null || share <= mostRepeated) return null;
  const ms = (seconds: number) => `${Number((seconds * 1000).toPrecision(3))} ms`;
  const rate = Math.ceil(samplesPerUpdate / updateS);
  return `the board has something new every ${ms(updateS)} and was sampled every ${ms(intervalS)}: ${(share * 100).toFixed(0)} % of the frames repeat the one before; --rate ${rate} sees every update too`;
}

/** Not `plural` of units.ts: a summary reads the same in every locale. */
const count = (n: number, noun: string, many = `${noun}s`): string => `${n} ${n === 1 ? noun : many}`;
