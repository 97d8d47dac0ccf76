import './once.js';
import * as z from 'zod';
import { fieldTypeNames } from '../board/field-type.js';
import { calibrationDocumentSchema } from './calibration.js';
import { railMapSchema } from './rail-map.js';
import { wireLimitsSchema } from './wire-limits.js';

export { issueText } from './json/issue-text.js';

/*
 * The JSON at the front of a capture, as docs/capture-format.md promises it to other readers. Objects are open: a later
 * version may say more without becoming unreadable.
 */

const fieldSchema = z.tuple([
  z.string(),
  z.int().nonnegative(),
  z.enum(fieldTypeNames),
  z.int().min(0).max(9),
  z.int().nullable(),
]);

/** What is optional in it was not told by captures of powerlog before its first release. */
const layoutSchema = z
  .object({
    frame_bytes: z.int().positive().max(0xffff),
    fields: z.array(fieldSchema),
    factors: z.record(z.string(), z.int().positive()),
    scales: z.record(z.string(), z.tuple([z.number(), z.number()])),
    products: z.record(z.string(), z.tuple([z.string(), z.string()])),
    rails: z.array(z.tuple([z.string(), z.number()])),
    wires: z.array(z.tuple([z.string(), z.string()])),
    extra_fields: z.array(z.string()),
    faults: z
      .object({
        status: z.union([z.string(), z.array(z.string()).min(1).max(64)]),
        log: z.string().nullable(),
        bits: z.array(z.tuple([z.int().min(0).max(63), z.string(), z.string()])),
      })
      .nullable(),
    totals: z.array(z.tuple([z.string(), z.array(z.string())])),
    own_supply: z.string().nullable(),
    components: z.record(z.string(), z.array(z.string())),
    calibration: z.array(z.tuple([z.int().nonnegative(), z.enum(['crc', 'pair', 'thermistor']), z.string()])),
    nominal_accuracy: z.number().nonnegative().nullable(),
    truncated_levels: z.number().nonnegative(),
    titles: z.record(z.string(), z.string()),
  })
  .partial()
  .required({ frame_bytes: true, fields: true });

export const captureHeaderSchema = z.object({
  tool: z.object({ name: z.string(), version: z.string() }),
  board: z.object({
    id: z.string(),
    product: z.string(),
    product_id: z.int(),
    uid: z.string().nullable(),
    name: z.string().nullable(),
    firmware: z.int().nullable(),
    calibration: z
      .string()
      .regex(/^([0-9a-f]{2})*$/, 'expected hexadecimal digits')
      .nullish(),
    configuration: z
      .string()
      .regex(/^([0-9a-f]{2})*$/, 'expected hexadecimal digits')
      .nullish(),
    averaging_us: z.number().positive().nullish(),
    build: z.string().optional(),
    port: z.string(),
  }),
  layout: layoutSchema,
  map: railMapSchema,
  host: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  start: z.object({
    monotonic_ns: z
      .string()
      .regex(/^\d{1,20}$/, 'expected a whole number of ns as a string')
      .nullable(),
    unix_us: z.int('expected a whole number of µs').nullable(),
  }),
  instants_measured: z.boolean(),
  timing: z.string().optional(),
  sampling_priority: z.string().nullish(),
  accuracy: z.number().nonnegative().nullable(),
  calibration: z
    .object({ name: z.string(), sha256: z.string(), document: calibrationDocumentSchema })
    .optional(),
  wire_limits: wireLimitsSchema.optional(),
});

/** A capture's header, as its JSON reads. */
export type CaptureHeader = z.infer<typeof captureHeaderSchema>;
