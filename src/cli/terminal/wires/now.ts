import type { Instrument } from '../../../board/board.js';
import { amperes, percent } from '../../../measure/wires/alarm-text.js';
import { defaultWireLimits, leastConnectorMa, shareLimitOf } from '../../../measure/wires/limits.js';
import type { Reading } from '../../../session/first-readings.js';
import { printable } from '../../../text.js';
import { formatTable } from '../table.js';
import { currentText, shareText } from './recorded.js';

/** A single wire of a connector in one reading. */
interface WireReading {
  readonly name: string;
  readonly title: string;
  readonly rail: string;
  readonly current_a: number | null;
  /** Of the connector's current; null where that is not above 0. */
  readonly share: number | null;
  /** The usual limits that it is over: what lasts no longer than a moment is no alarm. */
  readonly over: readonly { readonly kind: 'current' | 'share'; readonly limit: number }[];
}

export function wiresNow(board: Instrument, readings: readonly Reading[]): WireReading[] {
  const values = new Map(readings.map(({ name, value }) => [name, value]));
  const currentOf = (field: number): number | null => values.get(board.fields[field]!.name) ?? null;
  return board.wires.map(({ name, title, current, partOf }) => {
    const rail = board.rails[partOf]!;
    const [currentA, connectorA] = [currentOf(current), currentOf(rail.current) ?? 0];
    const share = currentA !== null && connectorA > 0 ? currentA / connectorA : null;
    const judged = connectorA * 1000 >= leastConnectorMa ? share : null;
    const over = [
      { kind: 'current' as const, value: currentA, limit: defaultWireLimits.current_a },
      { kind: 'share' as const, value: judged, limit: shareLimitOf(defaultWireLimits, board, partOf) },
    ].flatMap(({ kind, value, limit }) => (value !== null && value > limit ? [{ kind, limit }] : []));
    return { name, title, rail: rail.name, current_a: currentA, share, over };
  });
}

/** For people; null where no wires are measured. */
export function wiresTable(wires: readonly WireReading[]): string | null {
  if (wires.length === 0) return null;
  const rows = wires.map(({ title, current_a, share, over }) => [
    printable(title),
    currentText(current_a),
    shareText(share),
    over.map(({ kind, limit }) => `over ${kind === 'current' ? amperes(limit) : percent(limit)}`).join(', '),
  ]);
  return formatTable(['WIRE', 'CURRENT', 'SHARE', ''], rows, [1, 2]);
}
