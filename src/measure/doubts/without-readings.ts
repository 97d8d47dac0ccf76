import type { WarningCode } from '../../stream/warning.js';
import type { SummaryCollector } from '../collector.js';

/** What is found of answers that were none. */
const noAnswers: ReadonlySet<WarningCode> = new Set([
  'no-reply',
  'late-reply',
  'short-reply',
  'wrong-answer',
  'stray-bytes',
]);

/** A board that was asked, and of which no reading came in the whole recording. */
interface WithoutReadings {
  readonly id: string;
  /** What came instead, in words. */
  readonly why: string;
}

interface Asked {
  readonly id: string;
  readonly outputs: { readonly collector: SummaryCollector };
}

export function withoutReadings(tracks: readonly Asked[]): WithoutReadings[] {
  return tracks.flatMap(({ id, outputs }) => {
    const { samples, warnings } = outputs.collector.measured();
    const answer = samples === 0 ? warnings.find(({ code }) => noAnswers.has(code)) : undefined;
    return answer ? [{ id, why: answer.message }] : [];
  });
}

/** What is said of it. @param isOne whether it is the only board */
export const withoutReadingsText = ({ id, why }: WithoutReadings, isOne: boolean): string =>
  `${isOne ? 'the board' : id} gave no readings: ${why}. Is another program using the port? Otherwise unplug the board and plug it in again, or update powerlog`;
