import './once.js';
import * as z from 'zod';

/*
 * What `exec` added to a summary, read back: where it lies in the recording. Everything else in it is kept as it is.
 */

const span = z.looseObject({ start_s: z.number(), end_s: z.number() });
const run = z.looseObject({
  ...span.shape,
  duration_s: z.number(),
  baseline_power_w: z.record(z.string(), z.number()).nullable(),
});
const phase = z.looseObject({ name: z.string(), duration_s: z.number(), spans: z.array(span) });
const repeated = z.looseObject({
  argv: z.array(z.string()),
  warmups: z.number(),
  runs: z.array(run),
  phases: z.array(phase).optional(),
});

export const execPartsSchema = z.object({
  command: run.optional(),
  phases: z.array(phase).optional(),
  runs: z.array(repeated).optional(),
});

export type ExecParts = z.infer<typeof execPartsSchema>;
export type KnownRun = z.infer<typeof run>;
export type KnownPhase = z.infer<typeof phase>;
