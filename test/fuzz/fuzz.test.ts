import { expect, it } from 'vitest';
import { fuzzTarget } from './target.js';
import { targets } from './targets.js';

/** A glance at each; `npm run fuzz` looks for longer. */
it.each(targets)('$name: any input is taken or refused', async (target) => {
  const count = target.weight > 4 ? 3000 : target.name.startsWith('cut ') ? 50 : 400;
  const { inputs, refused, failures } = await fuzzTarget(target, count, 2026);
  expect(failures).toEqual([]);
  // Inputs that are all refused, or all taken, would test little.
  expect(refused).toBeLessThan(inputs);
});
