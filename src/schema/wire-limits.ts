import './once.js';
import * as z from 'zod';

/** What single wires of connectors are held against, in a capture's header and in a summary. */
export const wireLimitsSchema = z.object({
  current_a: z.number().positive(),
  share: z.number().positive().nullable(),
});
