import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Asker, type Wanted } from '../../src/page/data/served/asker.js';

const stretch = (fromUs: number): Wanted => ({ fromUs, toUs: fromUs + 1, columns: 1, windowUs: 0 });
/** Far longer than it waits between two. */
const longMs = 10_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('asks for one stretch at a time, and then for the one that was wanted last', async () => {
  const asked: number[] = [];
  let answer = (): void => {};
  const asker = new Asker(
    ({ fromUs }) => {
      asked.push(fromUs);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    async () => {},
  );
  asker.want(stretch(1));
  asker.want(stretch(2));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([2]);

  for (const fromUs of [3, 4, 5]) asker.want(stretch(fromUs));
  await vi.advanceTimersByTimeAsync(longMs);
  expect(asked).toEqual([2]);
  answer();
  await vi.advanceTimersByTimeAsync(longMs);
  expect(asked).toEqual([2, 5]);

  answer();
  await vi.advanceTimersByTimeAsync(longMs);
  expect(asked).toEqual([2, 5]);
  asker.want(stretch(6));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([2, 5, 6]);
});

it('asks for what lies around only when nothing more is wanted', async () => {
  const asked: string[] = [];
  const asker = new Asker(
    async ({ fromUs }) => void asked.push(`${fromUs}`),
    async ({ fromUs }) => void asked.push(`around ${fromUs}`),
  );
  for (const fromUs of [1, 2, 3]) {
    asker.want(stretch(fromUs));
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(asked).toEqual(['1', '2', '3']);
  await vi.advanceTimersByTimeAsync(longMs);
  expect(asked).toEqual(['1', '2', '3', 'around 3']);
});
