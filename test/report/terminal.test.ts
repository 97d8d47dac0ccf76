import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { placesOfFile } from '../capture/samples.js';
import { bin, powerlog, words } from '../cli/run.js';
import { needs, python } from '../parts.js';
import { commandEvents, load, writeMade } from './runs.js';

const place = placesOfFile();
let capture: string;
let named: string;

beforeAll(() => {
  capture = writeMade(place('run.plog'), {
    samples: load(4000, 13, [1000]),
    events: commandEvents(
      ['train.py'],
      [300_000, 3_500_000],
      [
        { name: 'warm\u001b[31m<script>', fromUs: 500_000, toUs: 900_000 },
        { name: 'train', fromUs: 1_500_000, toUs: 3_000_000 },
      ],
    ),
  });
  named = writeMade(place('\u001b[2Jrun.plog'), { samples: load(2000, 1), name: 'b\u001b]0;x\u0007' });
});

/** As wide as a terminal shows it. */
const cells = (line: string): number => [...line].length;

describe('report without an output', () => {
  it('prints the figures, and a plot as wide as it is told, without colours where no terminal is', () => {
    for (const columns of [60, 132]) {
      const { code, out, err } = powerlog(['report', capture], undefined, { COLUMNS: String(columns) });
      expect([code, err]).toEqual([0, '']);
      expect(out).not.toContain('\u001b');
      const lines = out.split('\n');
      const plot = lines.filter((line) => /[┤│└]/.test(line));
      expect(plot.length).toBeGreaterThan(8);
      expect(Math.max(...plot.map(cells))).toBeGreaterThan(columns - 12);
      expect(Math.max(...plot.map(cells))).toBeLessThanOrEqual(columns);
      expect(out).toMatch(/[\u2801-\u28ff]/);
      expect(out).toContain('train.py: 3.200 s, exit code 0');
      expect(out).toMatch(/^ +train +1 +1\.500 s/m);
      expect(out).toMatch(/a system .*b cpu .*c gpu .*d motherboard/);
    }
  });

  it('is of the span that is asked for, and of the series', () => {
    const { out } = powerlog(words`report ${capture} --from 1s --to 2s --series gpu,eps*`);
    expect(out).toMatch(/samples in 1\.000 s/);
    expect(out).toMatch(/a gpu .*b eps1 .*c eps2/);
    expect(powerlog(words`report ${capture} --series none`).code).toBe(2);
  });

  it('lays several over each other, and shows foreign names as text', () => {
    const { code, out } = powerlog(words`report ${capture} ${named}`);
    expect(code).toBe(0);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('\\u{1b}[2Jrun.plog');
    expect(out).toMatch(/a run\.plog {3}b \\u\{1b\}\[2Jrun\.plog/);
  });

  it('is as wide as the window on a terminal, in colours unless NO_COLOR is set', needs(python), () => {
    const shown = (env: NodeJS.ProcessEnv) => {
      const script = 'stty cols 90 rows 30; exec "$0" "$@"';
      const command = ['sh', '-c', script, process.execPath, bin, 'report', capture, '--quiet'];
      const { stdout, status } = spawnSync('python3', ['test/cli/in-terminal.py', '', '', ...command], {
        env: { ...process.env, TERM: 'xterm-256color', ...env },
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      return stdout;
    };
    const coloured = shown({ NO_COLOR: '' });
    expect(coloured).toContain('\u001b[38;');
    expect(coloured).not.toContain('\u001b[31m<');
    const plain = shown({ NO_COLOR: '1' });
    expect(plain).not.toContain('\u001b');
    const widest = Math.max(
      ...plain
        .split(/\r?\n/)
        .filter((line) => /[┤│└]/.test(line))
        .map(cells),
    );
    expect(widest).toBeLessThanOrEqual(90);
    expect(widest).toBeGreaterThan(78);
  });
});
