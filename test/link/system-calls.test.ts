import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSystemCalls } from '#powerlog/link/tty/system-calls.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'powerlog-calls-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe.runIf(process.platform !== 'win32')('the C library', () => {
  it('finds bytes where they were, however few, after the heap was tidied up', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const { addressOf, write } = loadSystemCalls();
    const requests = Array.from({ length: 100 }, (_, n) => Uint8Array.of(n, n + 1, n + 2));
    const addresses = requests.map(addressOf);
    for (let n = 0; n < 3; n++) collectGarbage();
    const litter = Array.from({ length: 10_000 }, () => Uint8Array.of(255, 255, 255));
    const path = join(folder, 'out');
    const file = openSync(path, 'w');
    for (const address of addresses) write(file, address, 3);
    closeSync(file);
    expect(litter).toHaveLength(10_000);
    expect([...readFileSync(path)]).toEqual(requests.flatMap((request) => [...request]));
  });

  it('reads to where it is told', () => {
    const { addressOf, read } = loadSystemCalls();
    const path = join(folder, 'in');
    const all = openSync(path, 'w+');
    const { write } = loadSystemCalls();
    const text = Buffer.from('0123456789');
    write(all, addressOf(text), text.length);
    const again = openSync(path, 'r');
    const into = Buffer.alloc(12, '.');
    expect(read(again, addressOf(into) + 1, 4)).toBe(4);
    expect(read(again, addressOf(into) + 5, 100)).toBe(6);
    expect(into.toString()).toBe('.0123456789.');
    expect(read(again, addressOf(into), 12)).toBe(0);
    closeSync(all);
    closeSync(again);
    expect(read(again, addressOf(into), 12)).toBeLessThan(0);
  });
});
