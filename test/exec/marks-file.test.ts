import { appendFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MarksFile } from '#powerlog/exec/marks/marks-file.js';

/** A file whose text so far can be waited for. */
async function followed() {
  let text = '';
  let wake = () => {};
  const seen: bigint[] = [];
  const file = await MarksFile.create((bytes, seenNs) => {
    text += Buffer.from(bytes).toString();
    seen.push(seenNs);
    wake();
  });
  const until = async (wanted: string) => {
    while (text !== wanted) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { file, seen, until, text: () => text };
}

describe('MarksFile', () => {
  it('hands on what is appended, as it comes and at the end', async () => {
    const { file, until, text, seen } = await followed();
    const before = process.hrtime.bigint();
    appendFileSync(file.path, 'begin a\n');
    await until('begin a\n');
    expect(seen[0]).toBeGreaterThanOrEqual(before);
    appendFileSync(file.path, 'end');
    appendFileSync(file.path, ' a\n');
    await until('begin a\nend a\n');
    appendFileSync(file.path, 'torn');
    await file.finish();
    expect(text()).toBe('begin a\nend a\ntorn');
    expect(file.truncated).toBe(false);
  });

  it('lies where nobody else can reach it, and is gone afterwards', async () => {
    const { file } = await followed();
    expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    await file.finish();
    expect(existsSync(dirname(file.path))).toBe(false);
  });

  it('notices a child that writes with > where it meant >>', async () => {
    const { file, until } = await followed();
    writeFileSync(file.path, 'begin a long name\n');
    await until('begin a long name\n');
    writeFileSync(file.path, 'end a\n');
    await until('begin a long name\nend a\n');
    await file.finish();
    expect(file.truncated).toBe(true);
  });

  it('outlives the removal of the file by the child', async () => {
    const { file, text } = await followed();
    const { rmSync } = await import('node:fs');
    appendFileSync(file.path, 'begin a\n');
    rmSync(file.path);
    await file.finish();
    expect(text()).toBe('begin a\n');
  });
});
