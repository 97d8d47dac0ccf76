import { describe, expect, it } from 'vitest';
import { EnvelopeBuilder } from '#powerlog/draw/envelope-builder.js';
import type { Measured } from '#powerlog/measure/summary.js';
import { LiveBands } from '#powerlog/publish/live/live-bands.js';
import { LiveGaps } from '#powerlog/publish/live/live-gaps.js';
import { notShown } from '#powerlog/publish/live/news.js';

const listed = (...spans: [number, number][]): Measured =>
  ({ gaps: spans.map(([start_s, end_s]) => ({ start_s, end_s, cause: 'late' })) }) as unknown as Measured;

describe('gaps of a recording under way', () => {
  const builder = new EnvelopeBuilder(1);
  const add = (us: number[]) =>
    builder.add(Float64Array.from(us), [Float64Array.from(us, () => 1000)], us.length, 20_000);

  it('are told when they are listed, wherever they begin, and again when it is known what they leave open', () => {
    const gaps = new LiveGaps(builder, ['system']);
    const tell = (measured: Measured) => gaps.tell(gaps.of(measured, 20_000));
    const begins = (measured: Measured) => tell(measured).map(({ startUs }) => startUs / 1e6);
    add([0, 1e6, 2e6, 3e6, 3.5e6]);
    expect(begins(listed([2, 3]))).toEqual([2]);
    expect(begins(listed([2, 3]))).toEqual([]);
    expect(begins(listed([1, 2], [2, 3]))).toEqual([1]);
    add([4.5e6]);
    const [known, ...others] = tell(listed([1, 2], [2, 3]));
    expect(others).toEqual([]);
    expect(known).toMatchObject({ startUs: 2e6, uncertaintyJ: { system: expect.any(Number) } });
    expect(begins(listed([1, 2], [2, 3]))).toEqual([]);
    // One that is none for a while is told anew.
    expect(begins(listed([2, 3]))).toEqual([]);
    expect(begins(listed([1, 2], [2, 3]))).toEqual([1]);
  });
});

describe('more than a page shows', () => {
  it('is counted and told', () => {
    const bands = new LiveBands();
    for (let n = 0; n < 10_003; n++) bands.take({ type: 'baseline', startNs: n, endNs: n + 1 });
    expect(notShown(bands.news.dropped, 0)).toEqual([
      { code: 'not-shown', message: '3 more runs and phases are not shown' },
    ]);
    expect(notShown(1, 2000)[0]!.message).toBe(
      '1 more run or phase and 2,000 more marks and faults are not shown',
    );
    expect(notShown(0, 1)[0]!.message).toBe('1 more mark or fault is not shown');
    expect(notShown(0, 0)).toEqual([]);
  });
});
