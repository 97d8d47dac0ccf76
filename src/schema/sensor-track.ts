import './once.js';
import * as z from 'zod';

const figure = z.number().nullable();

/** What a sensor's entry in a recording's summary has of each column. */
export const sensorTrackSchema = z.looseObject({
  file: z.string(),
  /** Readings. */
  samples: z.int().nonnegative(),
  energy_j: z.record(z.string(), figure),
  power_w: z.record(
    z.string(),
    z.looseObject({ mean: figure, min: figure, max: figure, p50: figure, p95: figure, p99: figure }),
  ),
});
