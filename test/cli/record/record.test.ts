import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { summarySchema } from '#powerlog/schema/summary.js';
import { energyBetweenJ } from '#powerlog/simulator/profiles.js';
import { expectInOrder, readAll, scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { type ForeignBoard, startForeignBoard } from '../../peers/foreign-board.js';
import { readCsv } from '../csv.js';
import { bin, powerlog, powerlogUntil, words } from '../run.js';

let board: ForeignBoard | undefined;

afterEach(async () => {
  await board?.stop();
  board = undefined;
});

/** A frame's rails as a CSV row has them, read with nothing of ours. */
function railCells(frame: Buffer): string[] {
  const fixed = (integer: number) => {
    const digits = String(Math.abs(integer)).padStart(4, '0');
    return `${integer < 0 ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
  };
  const cells: string[] = [];
  for (let at = 48; at < 180; at += 12)
    cells.push(
      fixed(frame.readInt16LE(at)),
      fixed(frame.readInt32LE(at + 4)),
      fixed(frame.readInt32LE(at + 8)),
    );
  return cells;
}

/** The trapezoid over a CSV's own rows, J. */
function trapezoidJ(rows: readonly string[][], column: number): number {
  let energy = 0;
  for (let n = 1; n < rows.length; n++) {
    const [before, after] = [rows[n - 1]!, rows[n]!];
    energy += ((Number(before[column]) + Number(after[column])) / 2) * (Number(after[0]) - Number(before[0]));
  }
  return energy;
}

/** How far a trapezoid may be off at the most: each step lay anywhere in its spacing, each instant in its round trip. */
function samplingBoundJ(rows: readonly string[][], column: number, longestRoundTripS: number): number {
  let bound = 0;
  for (let n = 1; n < rows.length; n++) {
    const [before, after] = [rows[n - 1]!, rows[n]!];
    const stepW = Math.abs(Number(after[column]) - Number(before[column]));
    bound += (stepW * (Number(after[0]) - Number(before[0]) + longestRoundTripS)) / 2;
  }
  return bound;
}

describe('powerlog record, against a board model that is not ours', needs(python), () => {
  it('writes every frame once, in order, exactly, and asks with the six reading commands only', async () => {
    board = await startForeignBoard();
    const [out, capture] = [join(scratch(), 'run.csv'), join(scratch(), 'run.plog')];
    const { code, err } = powerlogUntil(
      [out],
      words`record --port ${board.port} --out ${out} --capture ${capture}`,
      { rows: 5000 },
    );
    expect([code, err]).toEqual([0, expect.stringContaining('coverage')]);
    const { sent, received } = await board.stop();
    const { names, rows } = readCsv(out);
    expect(names.slice(0, 6)).toEqual([
      'time_s',
      'unix_time_s',
      'system_power_w',
      'cpu_power_w',
      'gpu_power_w',
      'motherboard_power_w',
    ]);
    expect(rows.length).toBeGreaterThan(0);
    const inRows = rows.map((row) => row.slice(6).join());
    const inFrames = sent.map((frame) => railCells(frame).join());
    expectInOrder(inRows, inFrames);
    // Of a busy machine a reply may come after its deadline: that is told, and no row.
    const { events } = await readAll(capture);
    if (!events.some(({ type }) => type === 'fault')) {
      expect(inRows).toEqual(inFrames.slice(0, rows.length));
      expect(sent.length - rows.length).toBeLessThanOrEqual(1);
    }
    expect([...new Set(received)].sort((a, b) => a - b)).toEqual([0x00, 0x01, 0x03, 0x09, 0x0d, 0x0e]);
  });

  it('replays its capture to the same bytes and the same figures', async () => {
    board = await startForeignBoard('--latency', '1', '--fault', 'drop:0.05,stray:0.05', '--seed', '5');
    const folder = scratch();
    const [out, capture, again] = ['run.csv', 'run.plog', 'again.csv'].map((name) => join(folder, name));
    const live = powerlogUntil(
      [out!],
      words`record --port ${board.port} --slot pcie2 --columns all --out ${out!} --capture ${capture!}`,
      { rows: 500 },
    );
    expect(live.code).toBe(0);
    expect(powerlog(words`replay ${capture!} --columns all --out ${again!}`).code).toBe(0);
    expect(readFileSync(again!).equals(readFileSync(out!))).toBe(true);
    const summaries = [out, again].map((path) =>
      JSON.parse(readFileSync(path!.replace('.csv', '.summary.json'), 'utf8')),
    );
    expect(summaries[1]).toEqual(summaries[0]);
    expect(summaries[0].gaps.length).toBeGreaterThan(0);
  });

  it('moves the slot’s watts from the motherboard to the GPU, in exact milliwatts', async () => {
    board = await startForeignBoard('--latency', '1');
    const out = join(scratch(), 'run.csv');
    const arguments_ = words`record --port ${board.port} --slot pcie3 --out ${out}`;
    expect(powerlogUntil([out], arguments_).code).toBe(0);
    const { names, rows } = readCsv(out);
    const mw = (row: readonly string[], name: string) => Math.round(Number(row[names.indexOf(name)]) * 1000);
    expect(names).not.toContain('pcie3_power_w');
    expect(names.indexOf('slot_voltage_v')).toBe(names.indexOf('hpwr1_voltage_v') - 3);
    for (const row of rows) {
      const sum = (...rails: string[]) =>
        rails.reduce((total, rail) => total + mw(row, `${rail}_power_w`), 0);
      const slot = sum('slot');
      const [cpu, cards, atx] = [
        sum('eps1', 'eps2'),
        sum('pcie1', 'pcie2', 'hpwr1', 'hpwr2'),
        sum('atx_3v3', 'atx_5v', 'atx_5vsb', 'atx_12v'),
      ];
      expect(sum('gpu')).toBe(cards + slot);
      expect(sum('motherboard')).toBe(atx - slot);
      expect(sum('system')).toBe(cpu + cards + atx);
    }
  });

  it('goes on in the same file when the board comes back, with the silence as a gap', async () => {
    const link = join(scratch(), 'board');
    board = await startForeignBoard(
      '--link',
      link,
      '--latency',
      '1',
      '--fault',
      'unplug:0.01',
      '--away',
      '400',
      '--seed',
      '2',
    );
    const out = join(scratch(), 'run.csv');
    const child = spawn(process.execPath, [bin, 'record', '--port', link, '--out', out], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const closed = once(child, 'close');
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const wasBack = err.includes('is back on');
      err += text;
      if (!wasBack && err.includes('is back on')) child.kill('SIGINT'); // once: who asks twice is impatient
    });
    expect(await closed).toEqual([0, null]);
    expect(err).toMatch(/went away; waiting for it\n(.|\n)*is back on/);
    const { rows } = readCsv(out);
    const times = rows.map((row) => Number(row[0]));
    expect(times.every((time, n) => n === 0 || time > times[n - 1]!)).toBe(true);
    const summary = JSON.parse(readFileSync(out.replace('.csv', '.summary.json'), 'utf8'));
    expect(summary.gaps.map((gap: { cause: string }) => gap.cause)).toContain('board-lost');
    const { sent } = await board.stop();
    const all = new Set(sent.map((frame) => railCells(frame).join()));
    expect(rows.filter((row) => !all.has(row.slice(6).join()))).toEqual([]);
  });

  it('ends with code 4 when the board does not come back, and what it wrote is whole', async () => {
    board = await startForeignBoard('--latency', '1');
    const out = join(scratch(), 'run.csv');
    const child = spawn(
      process.execPath,
      [bin, 'record', '--port', board.port, '--reconnect', 'off', '--columns', 'power', '--out', '-'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    // The child may have ended before the board says that it has.
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await once(child.stdout, 'data');
    await board.stop();
    const [code] = await closed;
    expect(code).toBe(4);
    expect(text.endsWith('\n')).toBe(true);
    expect(out).toBeTruthy();
  });
});

describe('powerlog record, on the simulator', () => {
  it('measures what the square wave costs on paper', () => {
    const out = join(scratch(), 'run.csv');
    const capture = out.replace('.csv', '.plog');
    const { code } = powerlogUntil(
      [out],
      words`record --port sim:square --out ${out} --capture ${capture} --accuracy 0%`,
      { rows: 2500 },
    );
    expect(code).toBe(0);
    const summary = summarySchema.parse(
      JSON.parse(readFileSync(out.replace('.csv', '.summary.json'), 'utf8')),
    );
    const { names, rows } = readCsv(out);
    // The capture's header tells where on CLOCK_MONOTONIC, and so on the wave, the recording began.
    const head = /"monotonic_ns":"(\d+)"/.exec(readFileSync(capture, 'latin1'));
    const origin = Number(head?.[1]);
    const edge = (row: readonly string[]) => origin + Number(row[0]) * 1e9;
    for (const component of ['system', 'cpu', 'gpu', 'motherboard']) {
      const measured = summary.energy_j[component]!;
      const column = names.indexOf(`${component}_power_w`);
      expect(measured).toBeCloseTo(trapezoidJ(rows, column), 6);
      const paper = energyBetweenJ('square', component, edge(rows[0]!), edge(rows.at(-1)!));
      expect(Math.abs(measured - paper)).toBeLessThanOrEqual(
        samplingBoundJ(rows, column, summary.latency_s!.max!),
      );
    }
  });

  it('has the energy of the constant on paper, and a time axis that lies in its duration', () => {
    const out = join(scratch(), 'run.csv.gz');
    expect(powerlog(words`record --port sim:constant -d 3s --rate 100 --out ${out}`).code).toBe(0);
    const summary = summarySchema.parse(
      JSON.parse(readFileSync(out.replace('.csv.gz', '.summary.json'), 'utf8')),
    );
    const times = gunzipSync(readFileSync(out))
      .toString()
      .trimEnd()
      .split('\n')
      .slice(1)
      .map(Number.parseFloat);
    expect(summary.samples).toBeLessThanOrEqual(300);
    // Where the machine had better to do for all of it, there is nothing to hold against the paper.
    if (times.length < 2) return;
    const paperJ = energyBetweenJ('constant', 'system', times[0]! * 1e9, times.at(-1)! * 1e9);
    expect(summary.energy_j.system).toBeCloseTo(paperJ, 6);
    // No request goes out after its end; the last instant lies half a round trip behind the last request.
    expect(times.at(-1)).toBeLessThan(3 + summary.latency_s!.max! / 2);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends well on %s', async (signal) => {
    const out = join(scratch(), 'run.csv');
    const child = spawn(process.execPath, [bin, 'record', '--port', 'sim', '--out', out, '--quiet'], {
      stdio: 'ignore',
    });
    await new Promise<void>((resolve) => {
      const watcher = watch(join(out, '..'), () => {
        if (!existsSync(out) || readFileSync(out, 'utf8').split('\n').length < 100) return;
        watcher.close();
        resolve();
      });
    });
    child.kill(signal);
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    const { names, rows } = readCsv(out);
    expect(rows.every((row) => row.length === names.length)).toBe(true);
    const summary = JSON.parse(readFileSync(out.replace('.csv', '.summary.json'), 'utf8'));
    expect(summary.samples).toBe(rows.length);
  });

  it('ends quietly when the reader of standard output goes away', async () => {
    const child = spawn(process.execPath, [bin, 'record', '--port', 'sim', '--out', '-'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, complaint]).toEqual([0, '']);
  });

  it('ends with code 7 below the coverage asked for', () => {
    const out = join(scratch(), 'run.csv');
    const { code, err } = powerlog(words`record --port sim -d 300ms --min-coverage 100.1% --out ${out}`);
    expect([code, err]).toEqual([7, expect.stringMatching(/coverage is .* less than the 100.1 %/)]);
  });
});
