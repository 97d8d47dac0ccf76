import type { WireAlarmsSummary, WireSummary } from '../../../measure/summary.js';
import { amperes, percent } from '../../../measure/wires/alarm-text.js';
import { printable } from '../../../text.js';
import { fixed } from '../../../units.js';
import { formatTable } from '../table.js';

export const currentText = (currentA: number | null): string =>
  currentA === null ? '–' : `${fixed(currentA, 2)} A`;
export const shareText = (share: number | null): string =>
  share === null ? '–' : `${fixed(share * 100, 1)} %`;

/** The single wires of connectors over a recording, and the limits that they were over; nothing where none are measured. */
export function wiresText(wires: readonly WireSummary[]): string | null {
  if (wires.length === 0) return null;
  const rows = wires.map(({ name, current_a, share, share_max = null, alarms = [] }) => [
    `${alarms.length > 0 ? '!' : ' '} ${printable(name)}`,
    currentText(current_a.mean),
    currentText(current_a.max),
    shareText(share),
    shareText(share_max),
    alarms.map(overText).join(', '),
  ]);
  return formatTable(['  wire', 'mean', 'peak', 'share', 'highest', ''], rows, [1, 2, 3, 4]);
}

const overText = ({ kind, limit, duration_s }: WireAlarmsSummary): string =>
  `over ${kind === 'current' ? amperes(limit) : percent(limit)} for ${duration_s.toFixed(1)} s`;
