import './once.js';
import * as z from 'zod';
import type { PerComponent } from '../measure/summary.js';

const energies = z.record(z.string(), z.number().nullable());

const board = z.looseObject({
  uid: z.string().nullish(),
  product: z.string().optional(),
  firmware: z.number().nullish(),
  calibration: z.looseObject({ sha256: z.string() }).nullish(),
});

/** What is needed of a summary that an earlier recording left; everything else in it is left alone. */
export const earlierSummarySchema = z.object({
  schema: z.literal('powerlog.summary/1', "expected 'powerlog.summary/1': a summary that powerlog wrote"),
  power_w: z.record(z.string(), z.object({ mean: z.number().nullable() })),
  command: z
    .object({
      energy_j: energies,
      baseline_power_w: z.record(z.string(), z.number()).nullable(),
      status: z.string().optional(),
      partly_measured: z.boolean().optional(),
    })
    .optional(),
  board: board.optional(),
  tracks: z.array(z.looseObject({ board: board.optional() })).optional(),
  runs: z
    .array(z.object({ energy_j: z.record(z.string(), z.object({ mean: z.number() }).nullable()) }))
    .optional(),
});

export type EarlierSummary = z.infer<typeof earlierSummarySchema>;
/** As much of a board as tells whether it is the same. */
export type EarlierBoard = z.infer<typeof board>;

/** The system's energy: the mean of the runs where there were several, else the command's. Null where none went well and was measured. */
export function earlierEnergyJ({ runs, command }: EarlierSummary): number | null {
  const [first] = runs ?? [];
  if (first) return first.energy_j.system?.mean ?? null;
  const failed = command?.status !== undefined && command.status !== 'ok';
  return failed || command?.partly_measured ? null : (command?.energy_j.system ?? null);
}

/** What the components drew when idle: an `exec`'s own baseline, or the means of a recording of nothing else. */
export function earlierIdleW({ command, power_w }: EarlierSummary): PerComponent<number> | null {
  if (command) return command.baseline_power_w;
  const means = Object.entries(power_w).map(([name, { mean }]) => [name, mean] as const);
  if (means.some(([, mean]) => mean === null)) return null;
  return Object.fromEntries(means) as PerComponent<number>;
}
