import type { BoardRecord } from './boards.js';
import { type Finding, medianAndLongest } from './findings.js';
import type { Rows, Said } from './recording.js';

export type Verdict = Pick<
  Finding,
  | 'samples'
  | 'injected'
  | 'detected'
  | 'recovered'
  | 'rowsWrong'
  | 'lostBeyondGaps'
  | 'keptDoubtful'
  | 'recoveryMs'
  | 'forbidden'
  | 'failures'
>;

/** Faults that lose nothing: the frame was what the board sent. */
const loseNothing = new Set(['garble']);
/** A board that answers slower and slower is detected where its delays cross the deadline, by the end of its tale, µs. */
const taleUs: Readonly<Record<string, number>> = { slow: 1_500_000 };
/** Two programs' readings of one clock, µs. */
const slackUs = 200;

interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

/**
 * Holds a recording against what the board says it did. Faults behind the last sample are nobody's: the recording was
 * ended while they were being recovered from.
 */
export function judge(sent: BoardRecord, rows: Rows, said: Said): Verdict {
  const lastUs = rows.timeUs[rows.count - 1] ?? 0;
  const gaps = (said.summary?.gaps ?? []).map(({ start_s, end_s }) => span(start_s * 1e6, end_s * 1e6));
  const events = said.faults.map(({ startNs, endNs }) => span(startNs / 1000, endNs / 1000));
  const doubtful = said.faults
    .filter(({ kind }) => kind === 'implausible-frame')
    .map(({ startNs, endNs }) => span(startNs / 1000, endNs / 1000));
  const injected = sent.faults
    .map((fault) => ({ ...fault, us: (fault.atNs - said.originNs) / 1000 }))
    .filter(({ kind, us }) => us >= 0 && us + (taleUs[kind] ?? 0) < lastUs);
  const failures: string[] = [];
  const recoveries: number[] = [];
  let detected = 0;
  let recovered = 0;
  for (const [n, fault] of injected.entries()) {
    const until = Math.min(
      fault.us + (taleUs[fault.kind] ?? 0),
      (injected[n + 1]?.us ?? lastUs) - 2 * slackUs,
    );
    const reach = span(fault.us - slackUs, Math.max(fault.us, until) + slackUs);
    const silences = overlapping(gaps, reach);
    if (overlapping(events, reach).length > 0) detected++;
    // The last sample lies behind every fault that counts, so all that can be missing is that the gap is told.
    if (silences.length > 0) {
      recovered++;
      recoveries.push((silences.at(-1)!.endUs - fault.us) / 1000);
    } else if (loseNothing.has(fault.kind)) recovered++;
    else failures.push(`${fault.kind} at ${(fault.us / 1e6).toFixed(6)} s lies in no gap`);
  }
  const { wrong, doubted, lost } = compare(rows, gaps, doubtful);
  if (detected < injected.length) failures.push(`${injected.length - detected} faults without an event`);
  return {
    samples: rows.count,
    injected: injected.length,
    detected,
    recovered,
    rowsWrong: wrong,
    lostBeyondGaps: lost,
    keptDoubtful: doubted,
    recoveryMs: medianAndLongest(recoveries),
    forbidden: sent.forbidden,
    failures,
  };
}

/** Goes through the rows: each the next frame, or behind a gap, or one that was warned about. */
function compare(rows: Rows, gaps: readonly Span[], doubtful: readonly Span[]) {
  const gapStarts = new Set(gaps.map(({ startUs }) => Math.round(startUs)));
  let wrong = 0;
  let doubted = 0;
  let lost = 0;
  let last = -1;
  let doubtedSince = 0;
  let inGap = true; // before the first row nothing was promised
  for (let row = 0; row < rows.count; row++) {
    const us = rows.timeUs[row]!;
    const frame = rows.frame[row]!;
    if (frame < 0) {
      if (overlapping(doubtful, span(us, us)).length > 0) {
        doubted++;
        doubtedSince++;
      } else wrong++;
    } else if (frame <= last) wrong++;
    else {
      const missing = frame - last - 1 - doubtedSince;
      if (!inGap && missing > 0) lost += missing;
      last = frame;
      doubtedSince = 0;
      inGap = false;
    }
    if (gapStarts.has(us)) inGap = true;
  }
  return { wrong, doubted, lost };
}

const span = (startUs: number, endUs: number): Span => ({ startUs, endUs });

/** Of spans in order of their starts those that share an instant with one. */
function overlapping(spans: readonly Span[], { startUs, endUs }: Span): Span[] {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.startUs <= endUs) low = middle + 1;
    else high = middle;
  }
  const found: Span[] = [];
  // Spans of one kind do not overlap by more than their neighbours.
  for (let n = low - 1; n >= 0 && n >= low - 4; n--) if (spans[n]!.endUs >= startUs) found.unshift(spans[n]!);
  return found;
}
