import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cellsOf, terminalColour } from '#powerlog/draw/cells.js';
import { colourOf } from '#powerlog/draw/colours.js';
import { scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { startForeignBoard } from '../../peers/foreign-board.js';
import { powerlog, words } from '../run.js';
import { capturedRun } from './captured-run.js';
import { live } from './live.js';
import type { Terminal } from './terminal.js';

const running = /coverage \d[\s\S]* J/;
/** And samples come: on a busy machine there may be none for a while. */
const isSampling = (text: string): boolean => running.test(text) && !text.includes('NO SAMPLES');

/** How many samples the screen tells of. */
const samplesOn = (text: string): number => Number(/([\d,]+) samples/.exec(text)![1]!.replaceAll(',', ''));

async function quit(terminal: Terminal): Promise<string> {
  terminal.type('q');
  expect(await terminal.ended).toEqual({ code: 0, restored: true });
  return terminal.screen.normal;
}

describe('the screen of live --tty', needs(python), () => {
  it('shows watts in digits to be read from afar, their extremes, joules, and how well they are known', async () => {
    const terminal = live(['--port', 'sim:constant']);
    const text = await terminal.sees(isSampling);
    for (const row of [
      /^ BENCHLAB 'powerlog simulator' +on \S+, firmware 6 +00:\d\d +LIVE$/m,
      /^ (?:[\d.]+|–) Hz +coverage [\d.]+ % +(?:no gap|\d+ gaps?) +[\d,]+ samples$/m,
      /^ {2}system +cpu +gpu +motherboard$/m,
      // 400, 60, 300, 40
      /^ {2}█ █ █▀█ █▀█ +█▀▀ █▀█ +▀▀█ █▀█ █▀█ +█ █ █▀█$/m,
      /^ {2}▀▀█ █ █ █ █ +█▀█ █ █ +▀▀█ █ █ █ █ +▀▀█ █ █$/m,
      /^ {4}▀ ▀▀▀ ▀▀▀\.0 W +▀▀▀ ▀▀▀\.0 W +▀▀▀ ▀▀▀ ▀▀▀\.0 W +▀ ▀▀▀\.0 W$/m,
      /^ {2}400\.0 … 400\.0 W +60\.0 … 60\.0 W +300\.0 … 300\.0 W +40\.0 … 40\.0 W$/m,
      /^ {2}[\d.]+ ± [\d.]+ k?J +[\d.]+ ± [\d.]+ k?J/m,
      /400 W ┤ *[⠀-⣿]/,
      /^ q quit +\? help +space pause +← → 10 s +r reset min\/max +m messages$/m,
    ])
      expect(text).toMatch(row);
    await quit(terminal);
    expect(terminal.screen.tooLong).toBe(0);
  });

  it('has every component in its colour, as many as the terminal knows, or letters', async () => {
    const inkOf = (terminal: Terminal, name: string): string => {
      const { cells } = terminal.screen;
      const row = cells.find((each) =>
        each
          .map(({ text }) => text)
          .join('')
          .includes(` ${name}`),
      )!;
      const column =
        row
          .map(({ text }) => text)
          .join('')
          .indexOf(` ${name}`) + 1;
      return row[column]!.style;
    };
    const blue = colourOf('cpu', 0, 'dark');
    for (const [env, cpu, letters] of [
      [
        { COLORTERM: 'truecolor' },
        `38;2;${[1, 3, 5].map((at) => Number.parseInt(blue.slice(at, at + 2), 16)).join(';')}`,
        false,
      ],
      [{ TERM: 'xterm-256color' }, `38;5;${terminalColour(blue)}`, false],
      [{ TERM: 'xterm' }, '94', false],
      [{ COLORTERM: 'truecolor', NO_COLOR: '1' }, '1', true],
    ] as const) {
      const terminal = live(['--port', 'sim:constant'], { env });
      const text = await terminal.sees(running);
      expect(inkOf(terminal, letters ? 'b cpu' : 'cpu').split(' ')).toContain(cpu);
      expect(text.includes('b cpu')).toBe(letters);
      await quit(terminal);
      if (letters)
        expect(
          terminal
            .written()
            .split('\u001b[')
            .filter((each) => /^[\d;]*\b(?:3[0-8]|9\d|4\d)[;m]/.test(each)),
        ).toEqual([]);
    }
  });

  it('fits any window, and follows when that changes', async () => {
    const terminal = live(['--port', 'sim:constant'], { rows: 24, columns: 80 });
    await terminal.sees(running);
    for (const [rows, columns, sign] of [
      [12, 40, /^ system +400\.0 W ▆|^ system +400\.0 W /m],
      [5, 20, /^ system +400\.0 W$/m],
      [60, 200, /█████████/],
      [3, 10, /^ sy… +400$/m],
      [1, 1, /^.?$/],
      [40, 120, /██████/],
    ] as const) {
      const { clears } = terminal.screen;
      terminal.resize(rows, columns);
      // All is drawn anew when it has heard of the window; before, what it draws is as large as the last one.
      const text = await terminal.sees(
        (shown) =>
          terminal.screen.clears > clears && sign.test(shown) && (rows < 8 || shown.includes('q quit')),
      );
      expect(Math.max(...text.split('\n').map(cellsOf))).toBeLessThanOrEqual(columns);
      if (rows === 1) continue;
      terminal.screen.tooLong = 0;
      terminal.type('?');
      await terminal.sees(/^ Keys$/m);
      terminal.type('?');
      await terminal.sees(sign);
      expect(terminal.screen.tooLong).toBe(0);
    }
    await quit(terminal);
  });

  it('stands still for space, loses nothing, and draws only what changes', async () => {
    const terminal = live(['--port', 'sim:square']);
    await terminal.sees(running);
    terminal.type(' ');
    const held = await terminal.sees('PAUSED');
    const samples = samplesOn(held);
    const secondsOf = (text: string): number => {
      const [, minutes, seconds] = /(\d\d):(\d\d) +(?:LIVE| PAUSED)/.exec(text)!;
      return Number(minutes) * 60 + Number(seconds);
    };
    const lines = terminal.screen.lineWrites;
    const text = await terminal.sees((shown) => secondsOf(shown) >= secondsOf(held) + 3);
    // Where this machine is busy the seconds come several at once, and it sees the last of them.
    const seconds = secondsOf(terminal.screen.text) - secondsOf(held);
    expect(terminal.screen.lineWrites - lines).toBeLessThanOrEqual(2 * seconds);
    // All but the clock is as it was.
    expect(text.split('\n').slice(1)).toEqual(held.split('\n').slice(1));
    terminal.type(' ');
    const after = samplesOn(
      await terminal.sees((shown) => shown.includes('LIVE') && samplesOn(shown) > samples),
    );
    const left = await quit(terminal);
    expect(samplesOn(left)).toBeGreaterThanOrEqual(after);
  });

  it('shows other stretches of time, help and messages, and begins extremes anew', async () => {
    const terminal = live(['--port', 'sim:square']);
    await terminal.sees((text) => running.test(text) && /120\.0 … 500\.0 W/.test(text));
    for (const [key, scale] of [
      ['t', '1 min'],
      ['\u001b[C', '10 min'],
      ['\u001bOC', 'all'],
      ['\u001b[C', 'all'],
      ['t', '10 s'],
      ['\u001b[C', '1 min'],
      ['\u001b[D', '10 s'],
    ] as const) {
      terminal.type(key);
      await terminal.sees(`← → ${scale} `);
    }
    // F5, a click of the mouse, Alt-x: keys that are none.
    terminal.type('\u001b[15~\u001b[<0;3;4M\u001bx');
    terminal.type('?');
    expect(await terminal.sees('Keys')).toContain('end, and leave the summary');
    terminal.type('q');
    await terminal.sees('LIVE');
    terminal.type('m');
    await terminal.sees('Messages');
    terminal.type('\u001b');
    await terminal.sees('LIVE');
    // Within a second they are the same again.
    await terminal.sees((text) => {
      if (running.test(text) && !/120\.0 … 500\.0 W/.test(text)) return true;
      terminal.type('r');
      return false;
    });
    await quit(terminal);
  });

  it('says that a board is away, that it is back, and goes on', async () => {
    const link = join(scratch(), 'port');
    const board = await startForeignBoard(
      ...['--link', link, '--latency', '1', '--fault', 'unplug:0.0005', '--away', '3500', '--name', 'desk 4'],
    );
    const terminal = live(['--port', link], { columns: 160 });
    // On one screen; where this machine is busy there may be no samples for a while before.
    await terminal.sees(
      (text) =>
        text.includes('NO SAMPLES') && /BENCHLAB 'desk 4' on .*port went away; waiting for it/.test(text),
    );
    await terminal.sees(/is back on .* after \d+\.\d s/);
    const samples = samplesOn(await terminal.sees((text) => !text.includes('NO SAMPLES')));
    await terminal.sees((text) => samplesOn(text) > samples);
    await quit(terminal);
    await board.stop();
  });

  it('shows prominently what a board finds wrong, and that it is over', async () => {
    const terminal = live(['--port', 'sim:train,board=benchlab2,firmware=7,raise=imbalance_hpwr1:1s:10s']);
    const fault = /FAULT: current imbalance of 12VHPWR 1 \(imbalance_hpwr1\), since 00:\d\d$/;
    const text = await terminal.sees((shown) => shown.split('\n').some((line) => fault.test(line)));
    const row = text.split('\n').findIndex((line) => fault.test(line));
    expect(terminal.screen.cells[row]!.every(({ style }) => style.includes('41'))).toBe(true);
    await terminal.sees(/fault is over: current imbalance of 12VHPWR 1 \(imbalance_hpwr1\), at 00:\d\d$/m);
    expect(terminal.screen.text).toMatch(/00:\d\d BENCHLAB 2 raises a fault/);
    await quit(terminal);
  });

  it('has lines for each of several boards, and what they came to together', async () => {
    const terminal = live(['--port', 'sim:constant,name=left', '--port', 'sim:square,name=right'], {
      rows: 30,
      columns: 100,
    });
    const text = await terminal.sees(
      (shown) => /all together [\d.]+ ±/.test(shown) && !shown.includes('NO SAMPLES'),
    );
    expect(text).toMatch(/^ 2 boards/m);
    for (const name of ['left', 'right']) expect(text).toMatch(new RegExp(`^ ■ ${name} .* J .* Hz `, 'm'));
    expect(text.match(/^ system +\d+\.\d W .*J$/gm)).toHaveLength(2);
    expect(text).toMatch(/━━ left +━━ right/);
    terminal.resize(7, 60);
    await terminal.sees(
      (text) => /^ ■ right {2}[\d.]+/m.test(text) && /^ +system [\d.]+ W cpu [\d.]+ W/m.test(text),
    );
    expect(await quit(terminal)).toMatch(/2 boards: [\d,]+ samples/);
  });

  it('shows what boards and commands call themselves as text, whatever it is', async () => {
    const folder = scratch();
    const [capture, out] = [join(folder, 'run.plog'), join(folder, 'run.csv')];
    writeFileSync(capture, capturedRun('<b>bold</b>', '\u001b[2J<script>alert(1)</script>'));
    expect(powerlog(words`replay ${capture} --out ${out} --quiet`).code).toBe(0);
    const { phases } = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    const terminal = live(['--port', capture], { rows: 30, columns: 160 });
    await terminal.sees(running);
    terminal.type('ttt');
    await terminal.sees('← → all ');
    await terminal.sees(
      /▶ run 1 · .*▶ \\u\{1b\}\[2J<script>alert\(1\)<\/script> · \d\.\d s · [\d.]+ ± [\d.]+ k?J/,
    );
    terminal.type(' ');
    const held = await terminal.sees('PAUSED');
    const begun = held.split('\n')[2];
    // What begins and ends meanwhile is not of what is held.
    await terminal.sees((shown) => Number(/00:(\d\d) /.exec(shown)![1]) > 10);
    expect(terminal.screen.lines[2]).toBe(begun);
    terminal.type(' ');
    const text = await terminal.sees(
      (shown) =>
        /▶ last · .*◆ here at 00:10 +\\u\{1b\}\[2J<script>/.test(shown) &&
        /├ \\u\{1b\}\[2J<script>alert\(1\)<\/script> ─/.test(shown),
    );
    expect(text).toContain("BENCHLAB '<b>bold</b>'");
    // 400 W as long as the phase was, to the hundredth of a second.
    const [, energyKj] = /script> · \d\.\d s · ([\d.]+) ± [\d.]+ kJ/.exec(text)!;
    const [phase] = phases as { energy_j: { system: number } }[];
    expect(Math.abs(Number(energyKj) * 1000 - phase!.energy_j.system)).toBeLessThan(10);
    await quit(terminal);
  });
});
