import type { PageGap } from '../../../draw/page-data.js';

/** In the order of their begin, those that are known better in the place of what they were. */
export function withNew(known: readonly PageGap[], news: readonly PageGap[]): readonly PageGap[] {
  if (news.length === 0) return known;
  const gaps = new Map([...known, ...news].map((gap) => [gap.startUs, gap]));
  return [...gaps.values()].sort((a, b) => a.startUs - b.startUs);
}
