import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { needs, python } from '../../parts.js';
import { startForeignBoard } from '../../peers/foreign-board.js';
import { powerlog } from '../run.js';
import { live } from './live.js';
import type { Terminal } from './terminal.js';

const { SIGHUP, SIGINT, SIGTERM, SIGUSR2 } = constants.signals;
/** The numbers are there: joules come a second after the first sample. */
const running = /coverage \d[\s\S]* J/;

/** The terminal is as it was, and shows what came of it. */
async function expectRestored({ ended, screen }: Terminal, code = 0): Promise<string> {
  const end = await ended;
  expect(end).toEqual({ code, restored: true });
  expect(screen).toMatchObject({ isAlternate: false, isCursorShown: true, wraps: true });
  return screen.normal;
}

describe('the end of live --tty', needs(python), () => {
  it.each([
    ['q', 'q'],
    ['Esc', '\u001b'],
    ['Ctrl-C', '\u0003'],
  ])(
    'comes with %s: the terminal is as it was, the summary stands on it, and the code is 0',
    async (_, key) => {
      const terminal = live(['--port', 'sim:constant']);
      await terminal.sees(running);
      expect(terminal.screen).toMatchObject({ isAlternate: true, isCursorShown: false, wraps: false });
      terminal.type(key);
      const left = await expectRestored(terminal);
      expect(left).toMatch(/BENCHLAB 'powerlog simulator' on .*: [\d,]+ samples in [\d.]+ s at [\d.]+ Hz/);
      expect(left).toMatch(/system +[\d.]+ ± [\d.]+ k?J +400\.0 W +400\.0 W/);
      expect(left).toContain('± is 95 %');
    },
  );

  it.each([
    ['INT', SIGINT],
    ['TERM', SIGTERM],
    ['HUP', SIGHUP],
  ])('comes well with a %s signal', async (_, signal) => {
    const terminal = live(['--port', 'sim']);
    await terminal.sees(running);
    terminal.signal(signal);
    expect(await expectRestored(terminal)).toContain('coverage');
  });

  it('comes with --duration', async () => {
    const terminal = live(['--port', 'sim', '--duration', '1500ms']);
    const left = await expectRestored(terminal);
    // The last request goes out before, its reply may come later; without the option there would be no end.
    expect(Number(/samples in ([\d.]+) s/.exec(left)![1])).toBeGreaterThan(1.4);
  });

  it('comes well where the terminal is closed, also for one who does not heed that', async () => {
    for (const ignored of ['', 'trap "" HUP; ']) {
      const terminal = live(['--port', 'sim'], { shell: ignored });
      await terminal.sees(running);
      terminal.close();
      expect(await terminal.ended).toEqual({ code: 0, restored: null });
    }
  });

  it('leaves the terminal as it was, and says what happened, where there is a bug', async () => {
    const preload = fileURLToPath(new URL('../preload/crash-on-usr2.cjs', import.meta.url));
    const terminal = live(['--port', 'sim'], { env: { NODE_OPTIONS: `--require ${preload}` } });
    await terminal.sees(running);
    terminal.signal(SIGUSR2);
    expect(await expectRestored(terminal, 1)).toContain('Error: a crash');
  });

  it('of a board that was lost comes with code 4, said on the terminal that is as it was', async () => {
    const board = await startForeignBoard('--latency', '1');
    const terminal = live(['--port', board.port, '--reconnect', 'off']);
    await terminal.sees(running);
    await board.stop();
    expect(await expectRestored(terminal, 4)).toContain('powerlog: the board was lost and did not come back');
  });
});

describe('what live --tty cannot begin', () => {
  it('is refused where there is no terminal', () => {
    const { code, err } = powerlog(['live', '--tty', '--port', 'sim']);
    expect(code).toBe(2);
    expect(err).toMatch(/^powerlog: --tty draws on a terminal, and standard output is none: .*\n$/);
  });

  it(
    'is refused on a terminal that cannot draw, or without a board, and nothing is drawn',
    needs(python),
    async () => {
      for (const [options, env, code, text] of [
        [['--port', 'sim'], { TERM: 'dumb' }, 2, 'TERM=dumb'],
        [['--port', '/dev/nowhere'], {}, 3, '/dev/nowhere'],
        [['--port', 'sim', '--slot', 'pcie9'], {}, 2, 'pcie9'],
        [['--port', 'fixtures/synthetic.plog', '--rate', '10'], {}, 2, '--rate'],
      ] as const) {
        const terminal = live(options, { env });
        expect(await expectRestored(terminal, code)).toContain(text);
        expect(terminal.written()).not.toContain('\u001b');
      }
    },
  );
});
