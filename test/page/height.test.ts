import { expect, it } from 'vitest';
import { type Columns, newColumns } from '../../src/draw/envelope.js';
import type { PowerStore } from '../../src/page/data/power-store.js';
import { powerRangeOf } from '../../src/page/plot/height.js';
import type { AppState } from '../../src/page/state/app-state.js';
import type { Channel, Recording } from '../../src/page/state/recording.js';

/** Known up to an instant; of a column that reaches beyond it nothing is said. */
function knownUpTo(endUs: number, mw: number): Pick<PowerStore, 'fillColumns'> {
  return {
    fillColumns: (_series: number, fromUs: number, toUs: number, { minMw, maxMw, meanMw }: Columns) => {
      const whole = Math.floor((endUs - fromUs) / ((toUs - fromUs) / minMw.length));
      for (const column of [minMw, maxMw, meanMw]) column.fill(Number.NaN).fill(mw, 0, Math.max(whole, 0));
    },
  };
}

it.each([2, 7, 40, 1500])('is as high as what is painted where %i columns have been read', (read) => {
  const [pixels, lengthUs] = [1542, 30_000e6];
  const store = knownUpTo((read / pixels) * lengthUs + 1, 250_000);
  const painted = newColumns(pixels);
  store.fillColumns(0, 0, lengthUs, painted);
  expect(painted.maxMw.filter((mw) => mw > 0).length).toBe(read);
  const state = {
    recordings: [{ store, offsetUs: 0, isShown: true }] as unknown as readonly Recording[],
    shownChannels: [{ series: [0] }] as unknown as readonly Channel[],
  } as AppState;
  const { fromW, toW } = powerRangeOf(state, { fromUs: 0, toUs: lengthUs }, pixels, false);
  expect(fromW).toBe(0);
  expect(toW).toBeGreaterThan(250);
});
