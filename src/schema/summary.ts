import './once.js';
import * as z from 'zod';
import { summarySchema as schemaName } from '../measure/summary.js';
import { wireLimitsSchema } from './wire-limits.js';

/*
 * A summary read back, as docs/summary.md promises it. Objects are open: what a later powerlog or a script added is
 * kept and does no harm.
 */

const figure = z.number().nullable();
const figures = z.record(z.string(), figure);
const distribution = z.looseObject({ median: figure, p99: figure, max: figure });
const power = z.looseObject({
  mean: figure,
  min: figure,
  max: figure,
  p50: figure,
  p95: figure,
  p99: figure,
});
const text = z.string().nullable();

const freshness = z.looseObject({
  update_s: figure,
  update_uncertainty_s: figure,
  no_slower_than_s: figure,
  repeated_share: figure,
  reason: z.string().optional(),
});

/** A GPU or another thing that a sensor reads, by what its columns begin with. */
const device = z.looseObject({
  prefix: z.string().optional(),
  name: text.optional(),
  uuid: text.optional(),
});
/** A user's calibration, as it was applied. */
const appliedCalibration = z.looseObject({
  file: z.string(),
  sha256: z.string(),
  rails: z.record(
    z.string(),
    z.looseObject({
      accuracy: z
        .looseObject({
          share: z.number().nonnegative(),
          offset_w: z.number().nonnegative(),
          covariance_w: z.number(),
          reference_share: z.number().nonnegative(),
        })
        .nullable(),
    }),
  ),
});
const sensor = z.looseObject({ devices: z.array(device).optional() });

export const summarySchema = z.looseObject({
  schema: z.literal(schemaName),
  tool: z.looseObject({ name: z.string(), version: z.string() }),
  host: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  board: z.looseObject({
    product: z.string(),
    product_id: z.int(),
    uid: text,
    name: text,
    firmware: z.int().nullable(),
    port: z.string(),
    calibration: z.looseObject({ sha256: z.string() }).nullish(),
    averaging_s: figure.optional(),
  }),
  /** A component whose rails are not known any more, as in one made again from a CSV, has none. */
  map: z.looseObject({
    components: z.record(z.string(), z.array(z.string())),
    slot: z.looseObject({ rail: z.string(), feed: z.string() }).nullable(),
  }),
  start_unix_s: figure,
  duration_s: figure,
  samples: z.int().nonnegative().nullable(),
  sample_rate_hz: figure,
  coverage: z.number().min(0).max(1).nullable(),
  gaps: z.array(z.looseObject({ start_s: z.number(), end_s: z.number(), cause: z.string() })),
  interval_s: distribution,
  latency_s: distribution.nullable(),
  clock: z.looseObject({ rate_error_ppm: figure }).optional(),
  sampling_priority: text.optional(),
  freshness: freshness.nullish(),
  calibration: appliedCalibration.nullish(),
  power_w: z.record(z.string(), power),
  energy_j: figures,
  energy_uncertainty_j: figures,
  uncertainty: z.looseObject({
    accuracy_share: z.number().nonnegative().nullable(),
    accuracy_j: figures,
    gaps_j: figures,
    edges_j: figures,
  }),
  rails: z.record(z.string(), z.looseObject({ power_w: power, energy_j: figure })),
  wires: z.array(z.looseObject({ name: z.string(), rail: z.string(), share: figure })).optional(),
  wire_limits: wireLimitsSchema.optional(),
  tracks: z.array(z.looseObject({ id: z.string(), sensor: sensor.optional() })).optional(),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  command: z.unknown().optional(),
  phases: z.unknown().optional(),
  runs: z.unknown().optional(),
});

/** A summary that was read back. */
export type KnownSummary = z.infer<typeof summarySchema>;
