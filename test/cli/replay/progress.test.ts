import { afterEach, expect, it, vi } from 'vitest';
import { ReplayProgress } from '#powerlog/cli/terminal/replay-progress.js';
import type { SampleBlock } from '#powerlog/stream/sample-block.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it("shows a file's name as text, whatever is in it", () => {
  const written: string[] = [];
  const terminal = { columns: 200, write: (text: string) => written.push(text) };
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const progress = new ReplayProgress(
    terminal as unknown as NodeJS.WriteStream,
    'a\u001b]0;owned\u0007\u001b[2J\nb.plog',
  );
  now.mockReturnValue(1000);
  progress.write({ count: 1, timeUs: Float64Array.of(5e6) } as unknown as SampleBlock);
  expect(written.join('').replace('\r\u001b[K', '')).toBe(
    'a\\u{1b}]0;owned\\u{7}\\u{1b}[2J\\u{a}b.plog: 1 sample, up to 00:05 of the recording',
  );
});
