import { describe, expect, it } from 'vitest';
import type { SensorColumn } from '#powerlog/sensors/sensor.js';
import { FreshnessWatch } from '#powerlog/sensors/track/freshness.js';

const column = (name: string, quantity: SensorColumn['quantity']): SensorColumn => ({
  ...{ name, quantity, decimals: 3, title: name, partOf: null },
});
const columns = [column('a_w', 'power'), column('b_w', 'power'), column('stamp_unix_s', 'stamp')];

/** Reads for a minute every so many ms: what each column holds at an instant, in ms. */
function watched(everyMs: number, ...of: readonly ((ms: number) => number)[]) {
  const watch = new FreshnessWatch(columns);
  for (let ms = 0; ms < 60_000; ms += everyMs)
    watch.add(
      ms * 1000,
      of.map((value) => Float64Array.of(value(ms))),
      0,
    );
  return watch.freshness(everyMs * 1000);
}

const every = (periodMs: number) => (ms: number) => Math.floor(ms / periodMs);
const nothing = () => Number.NaN;

describe('how often a sensor has something new', () => {
  it('is the time between true changes of what changes most often, however often it was read', () => {
    const found = watched(30, every(101), every(1000), nothing);
    expect(found.update_s).toBeCloseTo(0.101, 3);
    expect(found.repeated_share).toBeCloseTo(1 - 30 / 101, 2);
  });

  it('is not known where each reading is a new one', () => {
    expect(watched(100, every(10), nothing, nothing)).toMatchObject({
      update_s: null,
      repeated_share: 0,
      reason: expect.stringContaining('every 0.10 s'),
    });
  });

  it('is not known of what never changes', () => {
    expect(watched(100, () => 5, nothing, nothing)).toMatchObject({ update_s: null, repeated_share: 1 });
  });

  it('repeats itself where its own instants go on and its values do not', () => {
    const stamp = (ms: number) => 1_795_655_311 + ms / 1000;
    expect(watched(100, () => 5, nothing, stamp)).toMatchObject({
      ...{ update_s: null, repeated_share: 1 },
      reason: expect.stringContaining('changed too seldom'),
    });
  });

  it('is of the latest changes, however many there were', () => {
    // Each value is read twice: 40 ms apart at first, 20 ms behind that.
    const changed = (count: number) => {
      const watch = new FreshnessWatch(columns);
      let ms = 0;
      for (let n = 0; n < 10_000 + count; n++) {
        ms += n < 10_000 ? 40 : 20;
        for (const late of [0, 5])
          watch.add(
            (ms + late) * 1000,
            [n, Number.NaN, Number.NaN].map((each) => Float64Array.of(each)),
            0,
          );
      }
      return watch.freshness(5000);
    };
    expect(changed(0).update_s).toBeCloseTo(0.04, 6);
    expect(changed(4096).update_s).toBeCloseTo(0.02, 6);
  });

  it('takes no room for changes that have not come', () => {
    const before = process.memoryUsage().arrayBuffers;
    const watches = Array.from({ length: 100 }, () => new FreshnessWatch(columns));
    // 4096 spacings of three columns would be 98 kB each.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 16_000);
    expect(watches).toHaveLength(100);
  });

  it('comes from its own instants, where values repeat by chance', () => {
    const rounded = (ms: number) => Math.floor(ms / 1000);
    const stamp = (ms: number) => 1_795_655_311 + Math.floor(ms / 100) / 10;
    expect(watched(30, rounded, nothing, stamp).update_s).toBeCloseTo(0.1, 6);
  });

  it('does not where those are the instants of its answers', () => {
    const answered = (ms: number) => 1_795_655_311 + ms / 1000;
    expect(watched(30, every(101), nothing, answered).update_s).toBeCloseTo(0.101, 3);
  });
});
