import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sweep } from '#powerlog/agent/keeping.js';
import { testFolder } from '../feeds/waiting.js';

const dayMs = 86_400e3;
const nowMs = Date.UTC(2026, 0, 10);

/** Captures of a kB each, of the days 1 to 9, and what is none. */
function folderOf(days: readonly number[]): string {
  const folder = testFolder();
  for (const day of days) {
    const path = join(folder, capture(day));
    writeFileSync(path, Buffer.alloc(1000));
    utimesSync(path, new Date(0), new Date(nowMs - (10 - day) * dayMs));
  }
  for (const name of foreign) writeFileSync(join(folder, name), Buffer.alloc(5000));
  return folder;
}
const capture = (day: number): string => `2026010${day}T000000Z.desk 4.plog`;
const foreign = ['notes.txt', 'run.plog', '20260101T000000Z.csv', '20260101T000000Z.plog.bak'];
const left = (folder: string): string[] => readdirSync(folder).filter((name) => !foreign.includes(name));

it('keeps for so long, and so much, the newest of it, and never touches what is not its own', async () => {
  const folder = folderOf([1, 2, 3, 4, 5]);
  const none = new Set<string>();
  expect(await sweep({ folder }, none, nowMs)).toEqual({ files: 5, bytes: 5000 });
  expect(await sweep({ folder, forMs: 8 * dayMs }, none, nowMs)).toEqual({ files: 4, bytes: 4000 });
  expect(left(folder)).toEqual([2, 3, 4, 5].map(capture));
  expect(await sweep({ folder, bytes: 2500 }, none, nowMs)).toMatchObject({ files: 2, bytes: 2000 });
  expect(left(folder)).toEqual([capture(4), capture(5)]);
  expect(readdirSync(folder)).toHaveLength(2 + foreign.length);
});

it('leaves what is being written, however little is to be kept', async () => {
  const folder = folderOf([1, 2]);
  const active = new Set([join(folder, capture(1))]);
  const { files } = await sweep({ folder, bytes: 0, forMs: 0 }, active, nowMs);
  expect(files).toBe(1);
  expect(left(folder)).toEqual([capture(1)]);
});

it('finds nothing where there is no folder yet', async () => {
  expect(await sweep({ folder: join(testFolder(), 'none') }, new Set(), nowMs)).toMatchObject({ files: 0 });
});
