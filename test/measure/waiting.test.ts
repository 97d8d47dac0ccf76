import { describe, expect, it } from 'vitest';
import { Engine } from '#powerlog/engine/engine.js';
import { waitingOf } from '#powerlog/measure/doubts/waiting.js';
import type { GapCause } from '#powerlog/measure/gaps.js';
import { Histogram } from '#powerlog/measure/histogram.js';

/** A hundred spacings of a millisecond and a longest one. */
function spacings(longestUs: number): Histogram {
  const histogram = new Histogram(new Engine());
  for (let n = 0; n < 100; n++) histogram.add(1000);
  histogram.add(longestUs);
  return histogram;
}

const gap = (cause: GapCause) => ({ startUs: 0, endUs: 30_000, cause, around: null });

describe('a sampling thread that had to wait for its turn', () => {
  it('is told where samples came late and nothing else explains it', () => {
    const told = { priority: 'nice 0', longestS: 0.03 };
    expect(waitingOf('nice 0', spacings(30_000), [gap('late')], 0)).toEqual(told);
    expect(waitingOf('nice 0', spacings(30_000), [gap('late'), gap('no-reply')], 1)).toEqual(told);
    expect(waitingOf('nice 5', spacings(12_000), [], 0)).toEqual({ priority: 'nice 5', longestS: 0.012 });
  });

  it('is not told of samples in time, of what a fault explains, and of a thread that went before others', () => {
    expect(waitingOf('nice 0', spacings(5000), [], 0)).toBeNull();
    expect(waitingOf('nice 0', spacings(30_000), [gap('no-reply')], 1)).toBeNull();
    expect(waitingOf('rr 1', spacings(30_000), [gap('late')], 0)).toBeNull();
    expect(waitingOf('nice -10', spacings(30_000), [gap('late')], 0)).toBeNull();
    expect(waitingOf(null, spacings(30_000), [gap('late')], 0)).toBeNull();
  });
});
