import type { Estimate } from '../../compare/comparison.js';
import { unknown } from '../../compare/estimate.js';
import { tool } from '../../tool.js';
import type { Audited, AuditedSide } from './open.js';
import { type CounterAudit, noBoard, type PhaseError, type PhaseErrors } from './sheet.js';

/** Figures of the comparison that stand on the sheet too, in its order. */
const compared = [
  'window_s',
  'delay_s',
  'latency_s',
  'shift_s',
  'gain',
  'offset_w',
  'energy_unseen_j',
] as const;

/** The JSON of a sheet, as docs/audit.md promises it: what is not known is null and has its reason. */
export function auditDocument({ a, b, sheet, guesses, remarks }: Audited) {
  const { comparison, counter } = sheet;
  return {
    schema: 'powerlog.audit/1',
    reference: a && sideIn(a),
    sensor: sideIn(b),
    span_s: sheet.spanS,
    readings: sheet.readings,
    poll_s: sheet.pollS,
    repeated_share: sheet.repeatedShare,
    verdict: comparison?.verdict ?? null,
    verdict_reason: comparison?.reason ?? noBoard,
    ...estimateIn('update_s', sheet.update),
    ...estimateIn('duty', sheet.duty),
    ...Object.assign(
      {},
      ...compared.map((key) => estimateIn(key, comparison?.figures[key] ?? unknown(noBoard))),
    ),
    range: sheet.range.map(({ fromW, toW, readings, referenceW, sensorW }) => ({
      ...{ from_w: fromW, to_w: toW, readings, reference_w: referenceW, sensor_w: sensorW },
    })),
    range_reason: sheet.rangeReason,
    counter: counter && counterIn(counter),
    counter_reason: sheet.counterReason,
    phases: sheet.phases.map(phasesIn),
    guesses,
    warnings: [
      ...(comparison?.notes.map(({ code, message }) => ({ code, message })) ?? []),
      ...remarks.map((message) => ({ code: 'file', message })),
    ],
    tool: { name: tool.name, version: tool.version },
  };
}

const sideIn = ({ path, column, source, uuid }: AuditedSide) => ({ file: path, column, source, uuid });

const estimateIn = (key: string, { value, interval, reason }: Estimate) => ({
  [key]: value,
  [`${key}_interval`]: interval,
  [`${key}_reason`]: reason,
});

const counterIn = ({ column, update, spanS, counterJ, integralJ, referenceJ }: CounterAudit) => ({
  ...{ column, ...estimateIn('update_s', update), span_s: spanS },
  ...{ counter_j: counterJ, integral_j: integralJ, reference_j: referenceJ },
  counter_to_integral_pct: integralJ === null ? null : percentOf(counterJ, integralJ),
  counter_to_reference_pct: referenceJ === null ? null : percentOf(counterJ, referenceJ),
});

/** By how much it differs from what it is held against, in percent of that; null where that is nothing. */
export const percentOf = (value: number, of: number): number | null =>
  of > 0 ? (100 * (value - of)) / of : null;

const phasesIn = ({ lengthS, phases, raw, corrected, counter, reason }: PhaseErrors) => ({
  ...{ length_s: lengthS, phases, raw: errorIn(raw), corrected: errorIn(corrected) },
  ...{ counter: errorIn(counter), reason },
});

const errorIn = (error: PhaseError | null) => error && { median_pct: error.medianPct, p95_pct: error.p95Pct };
