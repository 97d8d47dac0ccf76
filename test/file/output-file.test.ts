import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ExitCode, UserError } from '#powerlog/errors.js';
import { OutputFile } from '#powerlog/file/output-file.js';
import { smallDisk } from '../small-disk.js';

let directory: string;
let names = 0;
const fresh = (extension = 'csv') => join(directory, `out${names++}.${extension}`);
const text = (content: string) => new TextEncoder().encode(content);
const asRoot = process.getuid?.() === 0;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'powerlog-output-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function failure(action: () => unknown): Promise<UserError> {
  try {
    await action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(ExitCode.outputFailed);
    expect((error as UserError).message).not.toContain('\n');
    return error as UserError;
  }
  throw new Error('nothing failed');
}

const open = (path: string, force = false) => new OutputFile({ path, force });

describe('OutputFile', () => {
  it('makes the file at once, with the mode that the umask leaves', async () => {
    const path = fresh();
    const before = process.umask(0o027);
    const file = open(path);
    process.umask(before);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    await file.write(text('a\nb\n'), 2);
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('a\nb\n');
    expect(file.lines).toBe(2);
  });

  it('leaves nothing behind where nothing was written', async () => {
    const path = fresh();
    await open(path).close();
    expect(existsSync(path)).toBe(false);
  });

  it('refuses a file that exists, and says how to overwrite it', async () => {
    const path = fresh();
    writeFileSync(path, 'precious');
    const { message } = await failure(() => open(path));
    expect(message).toContain('--force');
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('keeps what a forced file held until the first write', async () => {
    const path = fresh();
    writeFileSync(path, 'a much longer old content\n');
    await open(path, true).close();
    expect(readFileSync(path, 'utf8')).toBe('a much longer old content\n');
    const file = open(path, true);
    await file.write(text('new\n'), 1);
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('new\n');
  });

  it('compresses .gz so that each write is readable before the end', async () => {
    const path = fresh('csv.gz');
    const file = open(path);
    await file.write(text('a,b\n'), 1);
    expect(gunzipSync(readFileSync(path)).toString()).toBe('a,b\n');
    await file.write(text('1,2\n'), 1);
    await file.close();
    expect(gunzipSync(readFileSync(path)).toString()).toBe('a,b\n1,2\n');
  });

  it.each([
    [
      'in a directory that is not there',
      () => join(directory, 'none', 'run.csv'),
      /directory does not exist/,
    ],
    ['that is a directory', () => directory, /directory/],
    ['behind a file', () => join(fileURLToPath(import.meta.url), 'run.csv'), /not a directory/],
  ])('says why it can not write a file %s', async (_, path, reason) => {
    expect((await failure(() => open(path()))).message).toMatch(reason);
  });

  it.runIf(existsSync('/dev/full'))('tells a device that is full', async () => {
    const file = open('/dev/full');
    expect(file.regular).toBe(false);
    const { message } = await failure(() => file.write(text('a\n'), 1));
    expect(message).toBe('cannot write /dev/full: no space left on the disk');
    await file.close();
  });

  it('notices that its file was removed', async () => {
    const path = fresh();
    const file = open(path);
    await file.write(text('a\n'), 1);
    rmSync(path);
    const later = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5000);
    const { message } = await failure(() => file.write(text('b\n'), 1));
    later.mockRestore();
    expect(message).toContain('removed');
    await file.close();
  });
});

describe('links', () => {
  it('that are our own are followed', async () => {
    const path = fresh();
    const target = fresh();
    writeFileSync(target, 'old');
    symlinkSync(target, path);
    const file = open(path, true);
    await file.write(text('new\n'), 1);
    await file.close();
    expect(readFileSync(target, 'utf8')).toBe('new\n');
  });

  it('to nothing are not used to make a file elsewhere', async () => {
    const path = fresh();
    const target = fresh();
    symlinkSync(target, path);
    await failure(() => open(path));
    await failure(() => open(path, true));
    expect(existsSync(target)).toBe(false);
  });

  it.runIf(asRoot)('that somebody else planted are refused, as a file and on the way to it', async () => {
    const shared = join(directory, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    const target = fresh();
    writeFileSync(target, 'precious');
    const link = join(shared, 'run.csv');
    symlinkSync(target, link);
    lchownSync(link, 65534, 65534);
    expect((await failure(() => open(link, true))).message).toContain('somebody else');
    const linkedDirectory = join(shared, 'runs');
    symlinkSync(directory, linkedDirectory);
    lchownSync(linkedDirectory, 65534, 65534);
    expect((await failure(() => open(join(linkedDirectory, 'new.csv')))).message).toContain('somebody else');
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });
});

const mounted = smallDisk(256);

describe.runIf(mounted)('a disk that fills up', () => {
  const line = (n: number) => `${n},${'y'.repeat(n % 83)}\n`;
  const piece = Array.from({ length: 997 }, (_, n) => line(n)).join('');

  it.each(['run.csv', 'run.csv.gz'])(
    'leaves %s whole up to its last line, and says how much that is',
    async (name) => {
      for (let filled = 0; filled < 200_000; filled += 39_999) {
        const path = join(mounted!, name);
        writeFileSync(join(mounted!, 'filler'), Buffer.alloc(filled));
        const file = open(path);
        const { message } = await failure(async () => {
          for (;;) await file.write(text(noisy(piece, name)), 997);
        });
        await file.close();
        const stored = readFileSync(path);
        const kept = name.endsWith('.gz') ? (stored.length > 0 ? gunzipSync(stored) : stored) : stored;
        const lines = kept.toString().split('\n');
        expect(lines.pop()).toBe('');
        expect(lines).toHaveLength(file.lines);
        expect(message).toContain(`first ${file.lines.toLocaleString('en-US')} line`);
        if (!name.endsWith('.gz')) {
          expect(piece.repeat(99).startsWith(kept.toString())).toBe(true);
          // No more than a line was given up of what there was room for.
          expect(kept.length).toBeGreaterThan(256 * 1024 - filled - 2 * 4096);
        }
        rmSync(path);
      }
    },
  );

  /** What does not compress, or the small disk would never fill. */
  let state = 1;
  const noisy = (content: string, name: string): string =>
    name.endsWith('.gz')
      ? content.replaceAll('y', () => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return String.fromCharCode(33 + ((state >>> 24) % 90));
        })
      : content;
});

describe('standard output', () => {
  const script = fileURLToPath(new URL('write-to-stdout.mjs', import.meta.url));

  it('ends quietly when its reader goes away', async () => {
    const child = spawn(process.execPath, [script, '1000000']);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    await once(child, 'close');
    expect(said).toBe('started\nreader gone\n');
  });

  it.each(['blocking', 'nonblocking'])('waits for a slow reader of a %s pipe', async (mode) => {
    const child = spawn(process.execPath, [script, '30000', mode]);
    const closed = once(child, 'close');
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    await once(child.stderr, 'data');
    let read = 0;
    let tail = '';
    for await (const chunk of child.stdout) {
      read += chunk.length;
      tail = chunk.toString().slice(-98);
      await new Promise(setImmediate);
    }
    await closed;
    const expected = Array.from({ length: 30_000 }, (_, n) => String(n).length + 92).reduce((a, b) => a + b);
    expect(read).toBe(expected);
    expect(tail.endsWith(`29999,${'x'.repeat(90)}\n`)).toBe(true);
    expect(said).toBe('started\nwrote 30000\n');
  });
});
