import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { placesOfFile } from '../capture/samples.js';
import { smallDisk } from '../small-disk.js';
import { bin, powerlog, words } from './run.js';

const file = placesOfFile();
const golden = 'fixtures/synthetic.plog';
const outputs = ['--html', '--json', '--svg'];

const disk = smallDisk(256);

describe.runIf(disk)('on a full disk', () => {
  it.each(outputs)('%s --force leaves what was there, and nothing beside it', (option) => {
    const path = join(disk!, `good${option}`);
    writeFileSync(join(disk!, 'filler'), '');
    writeFileSync(path, 'good');
    const before = readdirSync(disk!);
    spawnSync('sh', ['-c', 'cat /dev/zero >"$0" 2>/dev/null', join(disk!, 'filler')]);
    const ran = powerlog(words`report ${golden} -q ${option} ${path} --force`);
    expect(ran.code).toBe(5);
    expect(ran.err).toMatch(/no space left on the disk; nothing of it is kept, and what was there stays$/m);
    expect(readFileSync(path, 'utf8')).toBe('good');
    expect(readdirSync(disk!)).toEqual(before);
  });
});

describe('an output that is made at once', () => {
  it.each(outputs)(
    '%s does not stand there before it is whole, and an interrupt is no reason to refuse the next',
    async (option) => {
      const path = file(`interrupted${option}`);
      const child = spawn(process.execPath, [bin, ...words`report - -q ${option} ${path}`], {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      await vi.waitFor(() => expect(readdirSync(dirname(path)).join(' ')).toContain(`interrupted${option}`), {
        timeout: 60_000,
      });
      child.kill('SIGTERM');
      await once(child, 'close');
      expect(existsSync(path)).toBe(false);
      expect(powerlog(words`report ${golden} -q ${option} ${path}`)).toMatchObject({ code: 0, err: '' });
      expect(statSync(path).size).toBeGreaterThan(100);
      expect(readdirSync(dirname(path)).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
    },
  );

  it('replaces a file that it may, with who may read it', () => {
    const path = file('private.json');
    writeFileSync(path, 'old');
    chmodSync(path, 0o600);
    expect(powerlog(words`report ${golden} -q --json ${path}`).code).toBe(5);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(powerlog(words`report ${golden} -q --json ${path} --force`).code).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveProperty('samples');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
