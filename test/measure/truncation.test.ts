import { expect, it } from 'vitest';
import { powerSensor3 } from '#powerlog/board/powersensor3/powersensor3.js';
import { SummaryCollector } from '#powerlog/measure/collector.js';
import { ownMap, resolveWiring } from '#powerlog/measure/rail-map.js';

const sensor = { type: 'x', pairName: 'card', inUse: true };
const off = { type: 'NA', pairName: 'NA', referenceV: 0, sensitivity: 0, inUse: false };
const sensors = [
  { ...sensor, referenceV: 1.65, sensitivity: 0.12 },
  { ...sensor, referenceV: 0, sensitivity: 0.2 },
  ...Array(6).fill(off),
];

/** Ten seconds at 12 V and 5 A, as a chip measures them. */
function accuracyJ(chip: string): number | null {
  const board = powerSensor3({ chip, firmware: '1.6.1' }, sensors);
  const wiring = resolveWiring(board, ownMap(board));
  const collector = new SummaryCollector(board, wiring, 0);
  const ns = Float64Array.of(0, 5e9, 10e9);
  const column = (value: number) => Int32Array.of(value, value, value);
  collector.begin({
    board: { id: board.id, product: '', productId: 0, uid: null, name: null, firmware: null, port: '' },
    ...{ startMonotonicNs: null, startUnixUs: null, timing: 'device' },
  });
  collector.write({
    ...{ count: 3, timeUs: ns.map((each) => each / 1000), earliestNs: ns, latestNs: ns, events: [] },
    channels: [column(12_000), column(5000), column(60_000)],
    powerMw: wiring.sums.map(() => Float64Array.of(60_000, 60_000, 60_000)),
  });
  return collector.measured().uncertainty.accuracy_j.system!;
}

it('takes into the uncertainty what levels that are cut off leave out in the mean', () => {
  // A level is 3.3 V / 1023, and of six that are added up and divided 2.5 / 6 of one are lost in the mean.
  const levelV = 3.3 / 1023;
  const lostA = ((2.5 / 6) * levelV) / 0.12;
  const lostV = ((2.5 / 6) * levelV) / 0.2;
  expect(accuracyJ('F411')).toBeCloseTo((12 * lostA + 5 * lostV) * 10, 6);
  expect(accuracyJ('F407')).toBe(0);
});
