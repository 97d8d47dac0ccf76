import type { RailWire } from '../../board/board.js';
import type { WireAlarmEvent } from '../../stream/event.js';
import { fixed } from '../../units.js';
import type { WireTally } from './wire-judge.js';

/** `9.2 A`, `11.43 A`. */
export const amperes = (currentA: number): string => `${trimmed(currentA, 2)} A`;

/** `25 %`, `43.1 %`. */
export const percent = (share: number): string => `${trimmed(share * 100, 1)} %`;

const trimmed = (value: number, decimals: number): string => String(Number(fixed(value, decimals)));

const called = ({ name, title }: Pick<RailWire, 'name' | 'title'>): string => `${title} (${name})`;

/** That a wire is over a limit: which, by how much, and of what. */
export function wireAlarmText(
  wire: Pick<RailWire, 'name' | 'title'>,
  { kind, limit, currentA, share }: WireAlarmEvent,
): string {
  if (kind === 'current' || share === null)
    return `${called(wire)} carries ${amperes(currentA)}, more than ${amperes(limit)}`;
  return `${called(wire)} carries ${percent(share)} of its connector's current, more than ${percent(limit)}: ${amperes(currentA)}`;
}

/** That a wire is over a limit, in a few words for a flag in a picture. */
export const wireFlagText = ({ wire, kind, limit }: WireAlarmEvent): string =>
  `${wire} over ${kind === 'current' ? amperes(limit) : percent(limit)}`;

/** A sentence for the summary. */
export function wireTallyText(
  wire: Pick<RailWire, 'name' | 'title'>,
  { kind, limit, times, totalUs, firstUs, highest, isOpen }: WireTally,
): string {
  const isCurrent = kind === 'current';
  const more = isCurrent ? amperes(limit / 1000) : `${percent(limit)} of its connector's current`;
  const most = isCurrent ? amperes(highest / 1000) : percent(highest);
  const often = times === 1 ? 'once' : `${times} times`;
  const lasting = isOpen ? ', and still did at the end' : '';
  return `${called(wire)} carried more than ${more} ${often}, up to ${most}, ${(totalUs / 1e6).toFixed(1)} s in all, first at ${(firstUs / 1e6).toFixed(3)} s${lasting}`;
}
