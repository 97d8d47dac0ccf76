import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { summarySchema } from '#powerlog/schema/summary.js';
import { boardFrames, encode, end, preamble, sample, scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { startForeignBoard } from '../../peers/foreign-board.js';
import { readCsv } from '../csv.js';
import { bin, powerlog, powerlogUntil, words } from '../run.js';

const twoSims = ['--port', 'sim:train', '--port', 'sim:idle,board=benchlab2'];
const other = 'powerlog-simulator-2';

/** Records into `run.csv` of a folder, and reads the summary; `null` where there is none. */
function record(folder: string, ...args: readonly string[]) {
  const ran = powerlog(words`record --out ${join(folder, 'run.csv')} ${args}`);
  return { ...ran, summary: readSummary(folder) };
}

/** The same, until both of two simulated boards have rows. */
function recordBoth(folder: string, ...args: readonly string[]) {
  const csvs = ['run.csv', `run.${other}.csv`].map((name) => join(folder, name));
  const ran = powerlogUntil(csvs, words`record ${twoSims} --out ${csvs[0]!} ${args}`);
  return { ...ran, summary: readSummary(folder) };
}

function readSummary(folder: string) {
  try {
    return JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
  } catch {
    return null;
  }
}

describe('several boards in one recording', () => {
  it('have a CSV and a capture each, and one summary that tells of all and of each', () => {
    const folder = scratch();
    const ran = recordBoth(folder, '--capture', join(folder, 'run.plog'));
    expect(ran.code, ran.err).toBe(0);
    const files = ['run.csv', `run.${other}.csv`, 'run.plog', `run.${other}.plog`];
    expect(readdirSync(folder).sort()).toEqual([...files, 'run.summary.json'].sort());
    for (const file of files) expect(ran.err).toContain(file);

    const { summary } = ran;
    expect(summarySchema.safeParse(summary).error).toBeUndefined();
    const { tracks } = summary;
    expect(tracks).toMatchObject([
      { id: 'powerlog-simulator', file: 'run.csv', capture: 'run.plog', board: { product: 'BENCHLAB' } },
      { id: other, file: files[1], capture: files[3], board: { product: 'BENCHLAB 2' } },
    ]);
    expect(tracks[0].board.uid).not.toBe(tracks[1].board.uid);
    expect(tracks[0].board.calibration.sha256).not.toBe(tracks[1].board.calibration.sha256);
    expect(summary.board).toEqual(tracks[0].board);
    for (const component of ['system', 'cpu', 'gpu', 'motherboard']) {
      const both = (key: string) =>
        tracks.map((track: Record<string, Record<string, number>>) => track[key]![component]!);
      const [a, b] = both('energy_j');
      expect(summary.energy_j[component]).toBeCloseTo(a + b, 9);
      expect(summary.energy_uncertainty_j[component]).toBeCloseTo(
        Math.hypot(...both('energy_uncertainty_j')),
        9,
      );
      const { accuracy_j, gaps_j, edges_j } = summary.uncertainty;
      const parts = [accuracy_j, gaps_j, edges_j].map((part) => part[component]);
      expect(Math.hypot(...parts)).toBeCloseTo(summary.energy_uncertainty_j[component], 9);
      const means = tracks.map(
        (track: { power_w: Record<string, { mean: number }> }) => track.power_w[component]!.mean,
      );
      const { mean, ...others } = summary.power_w[component];
      expect(others).toEqual({ min: null, max: null, p50: null, p95: null, p99: null });
      // On a machine that is too busy to sample one of them from the begin to the end, there is none.
      if (mean !== null) expect(mean).toBeCloseTo(means[0] + means[1], 9);
    }
    expect(summary.samples).toBe(tracks[0].samples + tracks[1].samples);
    expect(readCsv(join(folder, 'run.csv')).rows).toHaveLength(tracks[0].samples);
    expect(readCsv(join(folder, files[1]!)).rows).toHaveLength(tracks[1].samples);
  });

  it('of several kinds have a map each, and the summary has every component of any', () => {
    const folder = scratch();
    const port = (board: string) => ['--port', `sim:train,board=${board}`];
    const ports = ['pmd2', 'powersensor3', 'pmd2'].flatMap(port);
    const { code, err, summary } = record(folder, ...ports, '--duration', '300ms');
    expect(code, err).toBe(0);
    expect(summarySchema.safeParse(summary).error).toBeUndefined();
    const { components, slot } = summary.map;
    expect([slot, ...Object.keys(components)]).toEqual([null, ...Object.keys(summary.energy_j).slice(1)]);
    expect(components.measured).toEqual(['eps1', 'hpwr1', 'pcie3', 'atx_12v']);
    expect(components.cpu).toEqual(['eps1', 'eps2']);
    // They bear no name, and are called by what they are.
    expect(summary.tracks.map(({ id }: { id: string }) => id)).toEqual(['pmd2', 'powersensor3', 'pmd2-2']);
    expect(readdirSync(folder)).toContain('run.powersensor3.csv');
    for (const { map, energy_j } of summary.tracks)
      expect(Object.keys(map.components)).toEqual(Object.keys(energy_j).slice(1));
    expect(summary.tracks[1].map.components).toEqual({ measured: components.measured });
  });

  it('stand on one clock in their captures too, each of which replays to its own CSV', () => {
    const folder = scratch();
    const plog = join(folder, 'run.plog');
    expect(recordBoth(folder, '--capture', plog, '--quiet').code).toBe(0);
    const again = join(folder, 'again/');
    const captures = [plog, join(folder, `run.${other}.plog`)];
    expect(powerlog(words`replay ${captures} --out ${again} --quiet`).code).toBe(0);
    for (const csv of ['run.csv', `run.${other}.csv`])
      expect(readFileSync(join(again, csv), 'utf8')).toBe(readFileSync(join(folder, csv), 'utf8'));
    const starts = ['run', `run.${other}`].map(
      (name) => JSON.parse(readFileSync(join(again, `${name}.summary.json`), 'utf8')).start_unix_s,
    );
    expect(starts[0]).toBe(starts[1]);
    expect(starts[0]).toBe(readSummary(folder).start_unix_s);
  });

  it('keep what was asked for of a CSV: columns, means, compression', () => {
    const folder = scratch();
    const out = join(folder, 'run.csv.gz');
    const names = ['run.csv.gz', `run.${other}.csv.gz`];
    const asked = ['--average', '50ms', '--columns', 'time_s,system_power_w', '--quiet'];
    const ran = powerlogUntil(
      names.map((name) => join(folder, name)),
      words`record ${twoSims} --out ${out} ${asked}`,
    );
    expect(ran.code).toBe(0);
    const { duration_s } = readSummary(folder);
    for (const name of names) {
      const [header, ...rows] = gunzipSync(readFileSync(join(folder, name)))
        .toString()
        .trimEnd()
        .split('\n');
      expect(header).toBe('time_s,interval_s,system_power_w');
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.length).toBeLessThanOrEqual(duration_s / 0.05 + 2);
    }
  });

  it('are made distinct where they bear one name', () => {
    const folder = scratch();
    const same = [
      '--port',
      'sim:idle,name=BENCH',
      '--port',
      'sim:idle,name=Bench',
      '--port',
      'sim:idle,name=a/../b',
    ];
    expect(record(folder, ...same, '--duration', '100ms', '--quiet').code).toBe(0);
    const { tracks } = readSummary(folder);
    const [first, second, third] = tracks.map(({ id }: { id: string }) => id);
    expect([first, third]).toEqual(['BENCH', 'a-..-b']);
    expect(tracks[1].board.port).toBe(`/dev/pts/${second}`);
    expect(readdirSync(folder).sort()).toEqual(
      ['run.csv', `run.${second}.csv`, 'run.a-..-b.csv', 'run.summary.json'].sort(),
    );
  });

  it('are repaired one by one, and the summary of all of them stays', () => {
    const folder = scratch();
    expect(recordBoth(folder, '--quiet').code).toBe(0);
    const summaryText = readFileSync(join(folder, 'run.summary.json'), 'utf8');
    for (const name of ['run.csv', `run.${other}.csv`]) {
      const csv = readFileSync(join(folder, name));
      writeFileSync(join(folder, name), csv.subarray(0, -20));
      const ran = powerlog(['repair', join(folder, name)]);
      expect(ran.code).toBe(0);
      expect(ran.err).toMatch(/was cut off/);
      expect(readCsv(join(folder, name)).rows).toHaveLength(csv.toString().split('\n').length - 3);
      if (name === 'run.csv')
        expect(ran.err).toMatch(/run.summary.json stays as it is: it tells of 2 boards/);
    }
    expect(readFileSync(join(folder, 'run.summary.json'), 'utf8')).toBe(summaryText);
    expect(
      JSON.parse(readFileSync(join(folder, `run.${other}.summary.json`), 'utf8')).tracks,
    ).toBeUndefined();
  });

  it('show how each of them stands on a terminal', needs(python), () => {
    const folder = scratch();
    const ports = ['--port', 'sim:constant', '--port', 'sim:constant,board=benchlab2'];
    const line = 'powerlog-simulator 400.0 W  powerlog-simulator-2 400.0 W';
    const { stdout, status } = spawnSync(
      'python3',
      [
        ...['test/cli/in-terminal.py', line, '\\x03'],
        ...[process.execPath, bin, 'record', ...ports, '--out', join(folder, 'run.csv')],
      ],
      { encoding: 'utf8' },
    );
    expect(status).toBe(0);
    expect(stdout).toContain(line);
    expect(stdout).toContain('2 boards: ');
    expect(readSummary(folder).tracks).toHaveLength(2);
  });
});

describe('several boards are refused', () => {
  const refused = (args: readonly string[], code: number, text: RegExp, folder = scratch()) => {
    const before = readdirSync(folder);
    const ran = powerlog(words`record --out ${join(folder, 'run.csv')} ${args} --duration 100ms`);
    expect(ran.err).toMatch(text);
    expect(ran.code).toBe(code);
    expect(ran.err.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(before);
  };

  it('where one of them is not there, which is named', () => {
    refused(['--port', 'sim', '--port', '/dev/ttyNOWHERE'], 3, /\/dev\/ttyNOWHERE does not exist/);
    refused(
      ['--port', '/dev/ttyNEITHER', '--port', 'sim', '--port', '/dev/ttyNOR'],
      3,
      /\/dev\/ttyNEITHER does not exist.*; \/dev\/ttyNOR does not exist/,
    );
  });

  it('where one of them is misspelt, whatever else is missing', () => {
    refused(['--port', '/dev/ttyNOWHERE', '--port', 'sim:loud'], 2, /there is no simulator profile 'loud'/);
  });

  it('where one port is named twice', () => {
    refused(
      ['--port', '/dev/null', '--port', '/dev/../dev/null'],
      2,
      /--port \/dev\/..\/dev\/null is the port of --port \/dev\/null/,
    );
  });

  it('on standard output, a pipe or a device, which hold one CSV', () => {
    const ran = powerlog(words`record ${twoSims} --out - --duration 100ms`);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/--out - takes the samples of one board, and here are 2/);
    refused(
      [...twoSims, '--capture', '/dev/null'],
      2,
      /--capture \/dev\/null takes the samples of one board/,
    );
  });

  it('where the file of one of them is there already, or is that of another output', () => {
    const folder = scratch();
    const there = join(folder, `run.${other}.csv`);
    writeFileSync(there, 'precious');
    refused(twoSims, 5, new RegExp(`run.${other}.csv exists`), folder);
    expect(readFileSync(there, 'utf8')).toBe('precious');
    refused([...twoSims, '--force', '--capture', there], 2, /is the same file as --capture/, folder);
  });

  it('where the map is none of one of them, which is named', () => {
    const folder = scratch();
    const map = join(folder, 'map.json');
    writeFileSync(map, '{"components": {"gpu": ["pcie9"]}}');
    refused(
      [...twoSims, '--map', map],
      6,
      /powerlog-simulator: .*map.json: .* the BENCHLAB has no rail 'pcie9'/,
      folder,
    );
    writeFileSync(map, '{"components": {"gpu": ["hpwr2"]}}');
    const mixed = words`--port sim --port sim:board=pmd2 --map ${map}`;
    refused(mixed, 6, /pmd2: .*map.json: components.gpu: the PMD2 has no rail 'hpwr2'; it has/, folder);
  });

  it('where one of them has no such column, which is named', () => {
    const ports = words`--port sim --port sim:board=powersensor3 --columns gpu_power_w`;
    refused(ports, 2, /powersensor3: --columns: the PowerSensor3 .* has no column 'gpu_power_w'/, scratch());
  });

  it('by a command that is about one board', () => {
    const ran = powerlog(['info', ...twoSims]);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/this is about one board: --port sim:train or --port sim:idle/);
    for (const ports of [words`--port auto --port sim`, words`--port auto --port auto`])
      for (const command of [['info'], words`calibrate --rail eps1 --out ${join(scratch(), 'a.cal.json')}`])
        expect(powerlog([...command, ...ports])).toMatchObject({
          code: 2,
          err: expect.stringContaining(`this is about one board: --port auto or --port ${ports.at(-1)}`),
        });
    expect(powerlog(words`info --port auto:all`).err).toMatch(/auto:all is every board that answers/);
  });
});

describe('of several boards one that does not come back', needs(python), () => {
  it('costs the others nothing: they go on to the end, and the code is 4', async () => {
    const folder = scratch();
    const leaving = await startForeignBoard('--latency', '1', '--name', 'gone');
    const staying = await startForeignBoard('--latency', '1', '--name', 'stays', '--uid', 'f'.repeat(24));
    const args = ['--port', leaving.port, '--port', staying.port, '--reconnect', 'off', '--quiet'];
    const child = spawn(process.execPath, [bin, 'record', ...args, '--out', join(folder, 'run.csv')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const ended = once(child, 'close');
    const rowsOf = (name: string) => {
      try {
        return readFileSync(join(folder, name), 'utf8').split('\n').length - 2;
      } catch {
        return 0; // not made yet
      }
    };
    const until = async (isSo: () => boolean) => {
      while (!isSo() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(() => rowsOf('run.csv') >= 20 && rowsOf('run.stays.csv') >= 20);
    await leaving.stop();
    await until(() => err.includes('went away'));
    const before = rowsOf('run.stays.csv');
    await until(() => rowsOf('run.stays.csv') >= before + 300);
    child.kill('SIGINT');
    const [code] = (await ended) as [number | null];
    await staying.stop();
    expect(code, err).toBe(4);
    expect(err).toContain('gone was lost and did not come back; what was recorded is whole');
    expect(err).not.toContain('stays was lost');

    const summary = readSummary(folder);
    const [gone, stays] = summary.tracks;
    expect(rowsOf('run.csv')).toBe(gone.samples);
    expect(rowsOf('run.stays.csv')).toBe(stays.samples);
    const lastGap = summary.gaps.filter(({ track }: { track: string }) => track === 'gone').at(-1);
    expect(lastGap.cause).toBe('board-lost');
    const { rows } = readCsv(join(folder, 'run.csv'));
    expect(lastGap.start_s).toBe(Number(rows.at(-1)![0]));
    const lastOfAll = Number(readCsv(join(folder, 'run.stays.csv')).rows.at(-1)![0]);
    expect(lastGap.end_s).toBeGreaterThanOrEqual(lastOfAll);
    expect(summary.coverage).toBeLessThan(1 - (lastGap.end_s - lastGap.start_s) / summary.duration_s + 1e-9);
    // The energies are of different times: they add, a mean of the sum there is none.
    expect(summary.energy_j.system).toBeCloseTo(gone.energy_j.system + stays.energy_j.system, 9);
    expect(summary.power_w.system.mean).toBeNull();
    expect(summary.warnings).toContainEqual(
      expect.objectContaining({
        code: 'ended-early',
        track: 'gone',
        message: expect.stringMatching(/^gone: /),
      }),
    );
  });

  it('is told apart from a capture that is over', () => {
    const folder = scratch();
    const plog = join(folder, 'early.plog');
    const samples = boardFrames(200).map((frame, n) => ({
      ...sample(n, n === 199 ? [end(2e8)] : []),
      frame,
    }));
    writeFileSync(plog, Buffer.concat([preamble, ...encode(samples)]));
    const { summary, code } = record(
      folder,
      '--port',
      'sim:train',
      '--port',
      plog,
      '--duration',
      '2s',
      '--quiet',
    );
    expect(code).toBe(0);
    const ended = summary.gaps.find(({ cause }: { cause: string }) => cause === 'ended');
    expect(ended.track).toBe(summary.tracks[1].id);
    expect(ended.end_s).toBeGreaterThan(1.5);
    expect(summary.power_w.system.mean).toBeNull();
  });
});
