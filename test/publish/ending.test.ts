import { expect, it } from 'vitest';
import { endExecLive } from '#powerlog/cli/exec/exec-live.js';

it('an end that the page cannot be told is a fault of the measurement, and of nothing else', async () => {
  const asked: unknown[][] = [];
  const broken = {
    close: async (...about: unknown[]) => {
      asked.push(about);
      throw new Error('no page');
    },
  };
  const faults: unknown[] = [];
  await endExecLive(broken, (error) => faults.push(error));
  expect(faults).toEqual([new Error('no page')]);
  expect(asked[0]![0]).toBe('told');
  await endExecLive(null, (error) => faults.push(error));
  expect(faults).toHaveLength(1);
});
