import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSpool } from '#powerlog/feeds/spool/folder.js';
import { spoolFolder } from '#powerlog/feeds/spool/place.js';
import { Spool, type SpoolOptions } from '#powerlog/feeds/spool/spool.js';
import { scratch } from '../../capture/samples.js';

const mib = 1024 * 1024;
const appender = fileURLToPath(new URL('append-forever.mjs', import.meta.url));

const newFolder = (): string => join(scratch(), 'run.spool');
const open = (folder: string, options: Partial<SpoolOptions> = {}): Spool =>
  Spool.open({ folder, limitBytes: 64 * mib, ...options });
const bodyOf = (n: number): Buffer => Buffer.alloc(1 + ((n * 7919) % 3000), n);
const add = (spool: Spool, from: number, to: number): void => {
  for (let n = from; n < to; n++) spool.append(`{"n":${n}}`, bodyOf(n), 10);
};
const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, n) => from + n);

/** Takes all that is handed out; each has to be as it was written. */
function take(spool: Spool): number[] {
  const taken: number[] = [];
  for (let record = spool.next(); record; record = spool.next()) {
    const { n } = JSON.parse(record.meta) as { n: number };
    expect(Buffer.compare(record.body, bodyOf(n))).toBe(0);
    taken.push(n);
  }
  return taken;
}

const segmentsOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.records'))
    .sort()
    .map((name) => join(folder, name));

describe('a spool', () => {
  it('hands out what it was given, in order, once, and leaves nothing behind', () => {
    const folder = newFolder();
    const spool = open(folder);
    expect(spool.next()).toBeNull();
    add(spool, 0, 3);
    const first = spool.next()!;
    expect([first.seq, first.count, first.meta]).toEqual([1, 10, '{"n":0}']);
    expect(take(spool)).toEqual([1, 2]);
    add(spool, 3, 5);
    expect(spool.waiting).toEqual({ records: 5, count: 50 });
    expect(take(spool)).toEqual([3, 4]);
    spool.acknowledge(4);
    expect(spool.waiting).toEqual({ records: 1, count: 10 });
    spool.acknowledge(5);
    spool.close();
    spool.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps what did not arrive, and goes on with it and behind it', () => {
    const folder = newFolder();
    const first = open(folder, { limitBytes: mib });
    add(first, 0, 200);
    expect(take(first)).toEqual(numbers(200));
    first.acknowledge(120);
    first.close();
    const second = open(folder, { limitBytes: mib });
    add(second, 200, 210);
    const again = take(second);
    // What was acknowledged may come again, up to a segment of it.
    expect(again[0]).toBeGreaterThan(0);
    expect(again).toEqual(numbers(210 - again[0]!, again[0]));
    expect(again[0]).toBeLessThanOrEqual(120);
    second.acknowledge(210);
    second.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('loses no whole record wherever it was cut, and none that was cut is taken for one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), (count, at) => {
        const folder = newFolder();
        const spool = open(folder);
        const ends: number[] = [];
        for (let n = 0; n < count; n++) {
          add(spool, n, n + 1);
          ends.push(spool.bytes);
        }
        spool.close();
        const [path] = segmentsOf(folder);
        const cut = at % (ends.at(-1)! + 1);
        truncateSync(path!, cut);
        const whole = ends.filter((end) => end <= cut).length;
        const resumed = open(folder);
        expect(resumed.tornBytes).toBe(whole === 0 ? 0 : cut - ends[whole - 1]!);
        add(resumed, 1000, 1003);
        expect(take(resumed)).toEqual([...numbers(whole), 1000, 1001, 1002]);
        resumed.rewind();
        resumed.close();
        const third = open(folder);
        expect(take(third)).toEqual([...numbers(whole), 1000, 1001, 1002]);
        third.acknowledge(Number.MAX_SAFE_INTEGER);
        third.close();
        expect(existsSync(folder)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('never hands out a record that was altered, and tells what lies behind it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const folder = newFolder();
        const spool = open(folder);
        add(spool, 0, 20);
        spool.close();
        const [path] = segmentsOf(folder);
        const bytes = readFileSync(path!);
        bytes[at % bytes.length]! ^= by;
        writeFileSync(path!, bytes);
        const resumed = open(folder);
        const taken = take(resumed);
        expect(taken.length).toBeLessThan(20);
        expect(taken).toEqual(numbers(taken.length));
        resumed.close();
      }),
      { numRuns: 40 },
    );
  });

  it('counts as lost what the disk altered while it was open, and goes on behind it', () => {
    const folder = newFolder();
    const spool = open(folder);
    add(spool, 0, 4);
    const [path] = segmentsOf(folder);
    const bytes = readFileSync(path!);
    bytes[22]! ^= 1;
    writeFileSync(path!, bytes);
    expect(take(spool)).toEqual([1, 2, 3]);
    expect(spool.lost).toEqual({ records: 1, count: 10 });
    expect(spool.waiting.records).toBe(3);
    spool.close();
  });

  it('keeps within its limit: the oldest goes, and it is counted', () => {
    const folder = newFolder();
    const limitBytes = 256 * 1024;
    const spool = open(folder, { limitBytes });
    add(spool, 0, 1000);
    const kept = take(spool);
    expect(kept).toEqual(numbers(kept.length, 1000 - kept.length));
    expect(kept.length).toBeGreaterThan(50);
    expect(spool.lost).toEqual({ records: 1000 - kept.length, count: 10 * (1000 - kept.length) });
    expect(spool.waiting.records).toBe(kept.length);
    const onDisk = segmentsOf(folder).reduce((sum, path) => sum + readFileSync(path).length, 0);
    expect(onDisk).toBe(spool.bytes);
    expect(onDisk).toBeLessThanOrEqual(limitBytes);
    // One that is larger than all of it pushes nothing out.
    spool.append('{}', Buffer.alloc(limitBytes), 7);
    expect(spool.lost.count).toBe(10 * (1000 - kept.length) + 7);
    expect(spool.waiting.records).toBe(kept.length);
    spool.close();
  });

  it('counts nothing as lost that had arrived', () => {
    const spool = open(newFolder(), { limitBytes: 256 * 1024, keepMs: 1e9 });
    add(spool, 0, 100);
    take(spool);
    spool.acknowledge(100);
    spool.rewind();
    expect(spool.waiting.records).toBe(100);
    add(spool, 100, 150);
    add(spool, 150, 200);
    expect(spool.lost.records).toBe(0);
    spool.close();
  });

  it('hands out again what was acknowledged lately, for a receiver that forgets', () => {
    let nowMs = 0;
    const folder = newFolder();
    const spool = open(folder, { keepMs: 30_000, now: () => nowMs });
    add(spool, 0, 30);
    for (let n = 0; n < 20; n++) {
      nowMs += 2000;
      spool.acknowledge(spool.next()!.seq);
    }
    spool.rewind();
    // 15 in 30 s; the last of them just now.
    expect(take(spool)).toEqual(numbers(25, 5));
    expect(spool.waiting.records).toBe(25);
    spool.acknowledge(30);
    expect(spool.waiting.records).toBe(0);
    spool.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('removes what is done with while it goes on', () => {
    const folder = newFolder();
    const spool = open(folder, { limitBytes: mib });
    for (let n = 0; n < 2000; n++) {
      add(spool, n, n + 1);
      spool.acknowledge(spool.next()!.seq);
    }
    expect(spool.bytes).toBeLessThan(200_000);
    expect(segmentsOf(folder).length).toBeLessThan(4);
    spool.close();
  });

  it('is one process’s, and says so to another', () => {
    const folder = newFolder();
    const spool = open(folder);
    add(spool, 0, 1);
    expect(isSpool(folder)).toBe(true);
    expect(() => open(folder)).toThrow(/in use by another powerlog/);
    spool.close();
    expect(take(open(folder))).toEqual([0]);
    expect(isSpool(scratch())).toBe(false);
    expect(isSpool('/nowhere/at/all')).toBe(false);
  });

  it('lies beside the first output, or in the state folder', () => {
    expect(spoolFolder({ out: '/a/run.csv.gz', capture: '/b/run.plog' }, 'spool')).toBe('/a/run.spool');
    expect(spoolFolder({ out: '-', capture: '/b/x.plog' }, 'mqtt-spool')).toBe('/b/x.mqtt-spool');
    expect(spoolFolder({}, 'spool', 0)).toMatch(/\/powerlog\/19700101T000000Z-\d+\.spool$/);
  });

  it('says where it cannot be', () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    expect(() => open(file)).toThrow(/file/);
    expect(() => open(join(file, 'spool'))).toThrow(/ENOTDIR/);
  });

  it('loses nothing that it had taken when it is killed, time and again', async () => {
    const folder = newFolder();
    let kept = 0;
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, [appender, folder, String(64 * mib)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      // Its output ends before it has let go of the spool.
      const ended = once(child, 'exit');
      let said = '';
      for await (const piece of child.stdout) {
        said += piece;
        if (said.split('\n').length > 40 + 97 * round) child.kill('SIGKILL');
      }
      await ended;
      const count = said.split('\n').length - 1;
      const spool = open(folder);
      const taken = take(spool);
      const own = taken.slice(kept);
      // It may have kept one more than it had time to say.
      expect(own).toEqual(numbers(own.length));
      expect(own.length).toBeGreaterThanOrEqual(count);
      expect(own.length).toBeLessThanOrEqual(count + 1);
      kept = taken.length;
      spool.close();
    }
  });

  it.skipIf(process.platform === 'win32')('says when the disk takes no more, and keeps what it took', () => {
    const folder = newFolder();
    // A file may grow to 100 blocks, which is less than a segment: the same as a full disk to whoever writes.
    const { status, stdout } = spawnSync('bash', [
      '-c',
      'trap "" XFSZ; ulimit -f 100; exec "$@"',
      ...['bash', process.execPath, appender, folder, String(64 * mib)],
    ]);
    expect(stdout.toString()).toMatch(
      /failed: cannot write to the spool .*: it has grown to the largest size/,
    );
    expect(status).toBe(0);
    const said = stdout.toString().split('\n').length - 2;
    const spool = open(folder);
    expect(take(spool)).toEqual(numbers(said));
    expect(spool.tornBytes).toBe(0);
    spool.close();
  });
});
