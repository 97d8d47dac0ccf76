import { describe, expect, it } from 'vitest';
import { ClockDriftWatch } from '#powerlog/measure/doubts/clock-drift.js';
import { blocksOf, header, measure } from './recording.js';

const startUs = 1_700_000_000_000_000;

/** Readings every ten seconds, each this far from an even clock, µs. */
function drifting(...driftsUs: readonly number[]) {
  const watch = new ClockDriftWatch(startUs);
  driftsUs.forEach((driftUs, n) => {
    watch.add((n + 1) * 10e9, startUs + (n + 1) * 10e6 + driftUs);
  });
  return watch.drift;
}

describe('the wall clock beside the monotonic one', () => {
  it.each([
    ['even', [0, 0, 0], null],
    ['disciplined as NTP does it, 5 ms', [1000, 3000, 5000], null],
    ['set ahead by an hour', [0, 3_600_000_000, 3_600_000_000], { largestUs: 3_600_000_000, stepped: true }],
    ['set back and forth again', [-200_000, 0], { largestUs: -200_000, stepped: true }],
    ['crept away by 40 ms in ten seconds', [40_000, 80_000], { largestUs: 80_000, stepped: false }],
  ])('%s', (_, drifts, drift) => {
    expect(drifting(...drifts)).toEqual(drift);
  });

  it('bends nothing: a step is a warning, and no instant, energy or gap changes', async () => {
    const samples = Array.from({ length: 1000 }, (_, n) => ({ us: n * 1000, mw: { eps1: 5000 } }));
    const still = await measure(blocksOf(samples, []));
    const unixUs = (header.startUnixUs as number) + 500_000 + 3_600_000_000;
    const stepped = await measure(
      blocksOf(
        samples.map((sample, n) =>
          n === 500 ? { ...sample, events: [{ type: 'clock', atNs: 500e6, unixUs }] } : sample,
        ),
        [],
      ),
    );
    expect(stepped.warnings.map(({ code }) => code)).toEqual(['clock-step']);
    expect({ ...stepped, warnings: [] }).toEqual({ ...still, warnings: [] });
  });
});
