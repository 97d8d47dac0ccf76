import { describe, expect, it } from 'vitest';
import type { RecordingHeader } from '#powerlog/stream/recording-header.js';
import type { SampleRows } from '#powerlog/stream/sample-block.js';
import { PowerHistory } from '#powerlog/trace/history.js';

const header = {} as RecordingHeader;

/** `count` samples from number `from`: one a ms, with powers that tell the sample. */
function block(from: number, count: number): SampleRows {
  const column = (of: (n: number) => number) => Float64Array.from({ length: count }, (_, n) => of(from + n));
  return {
    count,
    timeUs: column((n) => n * 1000),
    channels: [],
    powerMw: [column((n) => 3 * n), column((n) => -n)],
  };
}

async function rows(history: PowerHistory): Promise<number[][]> {
  const all: number[][] = [];
  for await (const { count, timeUs, powerMw } of history.chunks())
    for (let n = 0; n < count; n++) all.push([timeUs[n]!, ...powerMw.map((column) => column[n]!)]);
  return all;
}

describe('PowerHistory', () => {
  it.each([
    ['memory', Number.POSITIVE_INFINITY],
    ['a temporary file', 1],
  ])('gives back from %s what it was given', async (_, memoryBytes) => {
    const history = new PowerHistory(2, memoryBytes);
    history.begin(header);
    const blockSizes = [1, 8191, 3, 20_000, 0, 5000, 777];
    let from = 0;
    for (const size of blockSizes) {
      await history.write(block(from, size));
      from += size;
    }
    await history.finish();
    const expected = Array.from({ length: from }, (_, n) => [n * 1000, 3 * n, -n]);
    expect(await rows(history)).toEqual(expected);
    expect(history.lastUs).toBe((from - 1) * 1000);
    await history.dispose();
  });

  it('wakes whoever waits for an instant, at the latest when it ends', async () => {
    const history = new PowerHistory(2);
    const woken: string[] = [];
    const waits = [
      history.reached(4000).then(() => woken.push('4 ms')),
      history.reached(9000).then(() => woken.push('9 ms')),
    ];
    history.write(block(0, 4));
    await Promise.resolve();
    expect(woken).toEqual([]);
    history.write(block(4, 1));
    await waits[0];
    expect(woken).toEqual(['4 ms']);
    await history.finish();
    await waits[1];
    await history.reached(1e9);
    expect(woken).toEqual(['4 ms', '9 ms']);
  });
});
