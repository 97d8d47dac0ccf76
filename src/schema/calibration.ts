import './once.js';
import * as z from 'zod';
import { type CalibrationDocument, calibrationSchema, gainLimits } from '../board/correction.js';

/*
 * A calibration by a user, `NAME.cal.json`, as docs/calibrate.md promises it; the same in a capture's header. Objects are open: what
 * a later powerlog or a person added does no harm.
 */

const share = z.number('expected a share, such as 0.005 for 0.5 %').min(0).max(1);
const { least, most } = gainLimits;
const gain = z
  .number('expected a gain, such as 1.02')
  .min(least, `expected a gain from ${least} to ${most}`)
  .max(most, `expected a gain from ${least} to ${most}`);
const halfWidth = z.number('expected a number').nonnegative('expected a half-width: 0 or more');
const amps = z.number('expected amperes');
const reading = z.number('expected a reading, or null').nullable();

const voltage = z.object({
  gain,
  gain_uncertainty: halfWidth,
  fit: z.object({ gain: halfWidth }),
});

const current = z.object({
  gain,
  offset_a: amps,
  gain_uncertainty: halfWidth.nullable(),
  offset_uncertainty_a: halfWidth.nullable(),
  fit: z.object({ gain: halfWidth, offset_a: halfWidth, correlation: z.number().min(-1).max(1) }).nullable(),
});

const point = z.object({
  board_voltage_v: reading,
  board_current_a: reading,
  voltage_v: reading,
  current_a: reading,
  outlier: z.boolean(),
});

const rail = z
  .object({
    date: z.iso.datetime('expected an instant such as 2026-11-26T12:00:00Z'),
    reference: z.string().nullable(),
    reference_accuracy: z.object({ voltage: share, current: share }),
    voltage: voltage.nullable(),
    current: current.nullable(),
    points: z.array(point).readonly(),
  })
  .refine((each) => each.voltage !== null || each.current !== null, 'expected a voltage, a current, or both');

export const calibrationDocumentSchema = z.object({
  schema: z.literal(calibrationSchema, `expected '${calibrationSchema}'`),
  tool: z.object({ name: z.string(), version: z.string() }),
  board: z.object({
    product: z.string(),
    product_id: z.int(),
    uid: z
      .string()
      .regex(
        /^([0-9a-f]{2}){1,64}$/i,
        "expected a board's UID: 2 to 128 hexadecimal digits, two for each byte",
      ),
    name: z.string().nullable(),
    firmware: z.int().nullable(),
    calibration_sha256: z.string().nullable(),
  }),
  rails: z
    .record(z.string(), rail)
    .refine((rails) => Object.keys(rails).length > 0, 'expected at least one rail'),
}) satisfies z.ZodType<CalibrationDocument>;
