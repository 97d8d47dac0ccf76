import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { bin } from '../run.js';

describe('a terminal stopped with Ctrl-S', needs(python), () => {
  it('holds up neither the sampling nor the rows', async () => {
    const folder = scratch();
    const out = join(folder, 'run.csv');
    writeFileSync(out, '');
    const inTerminal = fileURLToPath(new URL('../in-terminal.py', import.meta.url));
    // Ctrl-S follows the status line's first watt; nobody types Ctrl-Q.
    const terminal = spawn(
      'python3',
      [inTerminal, ' W', '\\x13', process.execPath, bin, 'record', '--port', 'sim', '--out', out, '--force'],
      { stdio: 'ignore' },
    );
    const ended = once(terminal, 'exit');
    const lastTimeS = () => Number(readFileSync(out, 'utf8').trimEnd().split('\n').at(-1)!.split(',')[0]);
    const rowsCame = new Promise<void>((resolve) => {
      const watcher = watch(out, () => {
        if (!(lastTimeS() >= 4)) return;
        watcher.close();
        resolve();
      });
    });
    await rowsCame;
    // The terminal is closed, which ends the recording well.
    terminal.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    expect(code).toBe(0);
    expect(lastTimeS()).toBeGreaterThanOrEqual(4);
    const rows = readFileSync(out, 'utf8').trimEnd().split('\n').length - 1;
    expect(JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'))).toMatchObject({
      samples: rows,
    });
  });
});
