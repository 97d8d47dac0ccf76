import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { summarySchema } from '#powerlog/schema/summary.js';
import { desktop, sysfs, zone } from '../../sensors/sysfs.js';
import { powerlog, words } from '../run.js';
import { asNobody, keepCounting, openFolder, readRecorded, recordWith } from './recorded.js';

const zones = ['package_0', 'package_0_core', 'package_0_uncore', 'package_0_dram', 'psys'];

describe('RAPL beside a board', () => {
  it('is a file and a track of its own, each zone by itself, and changes nothing of the board', async () => {
    const sys = sysfs(desktop());
    const files = [0, 1, 2].map((n) => join(sys, `class/powercap/intel-rapl:0:${n}/energy_uj`));
    await keepCounting(5, 250_000, [join(sys, 'class/powercap/intel-rapl:0/energy_uj'), ...files]);
    const { code, err, folder, summary, track, csv, cells } = recordWith(['rapl'], {
      sys,
      of: ['rapl'],
      rows: 15,
    });
    expect(code, err).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['run.csv', 'run.rapl.csv', 'run.summary.json']);
    expect(err).toContain('run.rapl.csv');
    expect(err).toMatch(/beside it rapl: .* readings?/);
    expect(summarySchema.safeParse(summary).error).toBeUndefined();

    const rapl = track('rapl');
    expect(csv('rapl').names).toEqual([
      'time_s',
      'unix_time_s',
      ...zones.flatMap((each) => [`${each}_energy_j`, `${each}_power_w`]),
    ]);
    expect(summary.tracks).toHaveLength(1);
    expect(summary.board.product).toBe('BENCHLAB');
    expect(Object.keys(summary.energy_j)).toEqual(['system', 'cpu', 'gpu', 'motherboard']);
    expect(rapl).toMatchObject({ file: 'run.rapl.csv', energy_uncertainty_j: null, uuids: [] });
    expect(rapl.samples).toBe(csv('rapl').rows.length);
    expect(Object.keys(rapl.energy_j)).toEqual(zones.map((each) => `${each}_energy_j`));
    // No zone is in another twice: each says what it is a part of, and nothing is a sum.
    const partOf = Object.fromEntries(
      rapl.sensor.columns.map((each: { name: string; part_of: string | null }) => [each.name, each.part_of]),
    );
    expect(partOf).toMatchObject({
      psys_energy_j: null,
      package_0_energy_j: 'psys_energy_j',
      package_0_core_energy_j: 'package_0_energy_j',
      package_0_uncore_power_w: 'package_0_power_w',
      package_0_dram_energy_j: 'psys_energy_j',
    });

    const energies = cells('rapl', 'package_0_energy_j');
    expect(energies[0]).toBe(0);
    expect(rapl.energy_j.package_0_energy_j).toBeCloseTo(energies.at(-1)!, 5);
    expect(rapl.energy_j.package_0_energy_j).toBeGreaterThan(0);
    expect(rapl.power_w.package_0_power_w.mean).toBeGreaterThan(0);
    // psys stood still, which is no power of 0.
    expect(cells('rapl', 'psys_power_w').every((each) => each === null)).toBe(true);
    expect(rapl.power_w.psys_power_w.mean).toBeNull();
    expect(rapl.freshness.repeated_share).toBeGreaterThanOrEqual(0);
    expect(rapl.cpu_s).toBeGreaterThan(0);
    const times = cells('rapl', 'time_s') as number[];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(cells('rapl', 'unix_time_s')[0]! - times[0]!).toBeCloseTo(summary.start_unix_s, 5);
  });

  it('counts on over the wrap', async () => {
    const range = 262_143_328_850;
    const sys = sysfs(zone('intel-rapl:0', 'package-0', range - 10_000_000, range));
    await keepCounting(5, 50_000, [join(sys, 'class/powercap/intel-rapl:0/energy_uj')], range);
    const { cells, warned } = recordWith(['rapl'], { sys, of: ['rapl'], rows: 40 });
    const energies = cells('rapl', 'package_0_energy_j') as number[];
    expect(energies).toEqual([...energies].sort((a, b) => a - b));
    expect(energies.at(-1)).toBeGreaterThan(10);
    expect(energies.at(-1)).toBeLessThan(1000);
    expect(warned('sensor-counter-reset')).toEqual([]);
  });

  it('that root alone may read is a warning that says how to allow it, and the board is recorded', async () => {
    const sys = sysfs(desktop());
    for (const folder of readdirSync(join(sys, 'class/powercap')).filter((name) => name.includes(':')))
      chmodSync(join(sys, 'class/powercap', folder, 'energy_uj'), 0o400);
    const folder = openFolder();
    const csvs = ['run.csv', 'run.rapl.csv'].map((name) => join(folder, name));
    const args = words`record --port sim --with rapl --out ${csvs[0]!}`;
    const ran = await asNobody(csvs.slice(0, 1), args, { POWERLOG_SYS: sys });
    expect(ran.code, ran.err).toBe(0);
    const { summary, warned } = readRecorded(folder);
    expect(summary).not.toHaveProperty('tracks');
    expect(summary.samples).toBeGreaterThan(0);
    const [warning] = warned('sensor-forbidden');
    expect(warning).toMatch(/^rapl: .*sudo chmod a\+r .*not recorded$/);
    expect(ran.err).toContain(warning);
    expect(readdirSync(folder).sort()).toEqual(['run.csv', 'run.summary.json']);

    // What it says to do works: the same line, on this tree.
    const [, line] = /'sudo (chmod a\+r [^']+)'/.exec(warning!)!;
    const done = spawnSync('sh', ['-c', line!.replaceAll('/sys/', `${sys}/`)]);
    expect(done.status, done.stderr.toString()).toBe(0);
    const again = await asNobody(csvs, [...args, '--force'], { POWERLOG_SYS: sys });
    expect(again.code, again.err).toBe(0);
    expect(readRecorded(folder).warned('sensor-forbidden')).toEqual([]);
    expect(readRecorded(folder).track('rapl').samples).toBeGreaterThan(0);
  });

  it('the rule that the page has for a group does what it says', () => {
    const page = readFileSync(new URL('../../../docs/sensors.md', import.meta.url), 'utf8');
    const [rule] = /^printf .*?'(ACTION.*)' \|$/m.exec(page)!.slice(1);
    const commands = [...rule!.matchAll(/RUN\+="([^"]+)"/g)].map(([, command]) => command!);
    expect(commands).toHaveLength(2);
    const sys = sysfs(zone('intel-rapl:0', 'package-0', 1));
    const file = join(sys, 'class/powercap/intel-rapl:0/energy_uj');
    chmodSync(file, 0o400);
    const group = String(process.getgid?.());
    for (const command of commands) {
      const line = command
        .replace('/sys%p', `${sys}/class/powercap/intel-rapl:0`)
        .replace(/ power /, ` ${group} `);
      expect(spawnSync('sh', ['-c', line]).status, line).toBe(0);
    }
    expect(statSync(file).mode & 0o777).toBe(0o440);
  });

  it('that is not there is a warning, and not a zero', () => {
    const { code, summary, warned } = recordWith(['rapl'], { forS: 0.3 });
    expect(code).toBe(0);
    expect(summary).not.toHaveProperty('tracks');
    expect(warned('sensor-missing')).toEqual([expect.stringMatching(/^rapl: there is no RAPL here/)]);
  });
});

describe('hwmon beside a board', () => {
  const chips = {
    'class/hwmon/hwmon0/name': 'coretemp',
    'class/hwmon/hwmon0/temp1_input': 45_000,
    'class/hwmon/hwmon1/name': 'amdgpu',
    'class/hwmon/hwmon1/power1_average': 12_000_000,
    'class/hwmon/hwmon1/power1_label': 'PPT',
    'class/hwmon/hwmon1/device/unique_id': '1b2c3d4e5f60718a',
    'class/hwmon/hwmon2/name': 'xe',
    'class/hwmon/hwmon2/energy1_input': 4_000_000_000,
    'class/hwmon/hwmon2/energy1_label': 'card',
    'class/hwmon/hwmon2/energy2_input': 1_000_000,
    'class/hwmon/hwmon2/energy2_label': 'pkg',
    'class/hwmon/hwmon10/name': 'ina2xx',
    'class/hwmon/hwmon10/power1_input': 4_294_967_295_000,
    'class/hwmon/hwmon10/power2_input': 5_500_000,
  };

  it('has a column for every power and energy with its label, and an empty cell for what is none', () => {
    const { code, err, track, csv, cells, warned } = recordWith(['hwmon'], {
      ...{ sys: sysfs(chips), of: ['hwmon'] },
    });
    expect(code, err).toBe(0);
    expect(csv('hwmon').names.slice(2)).toEqual([
      'amdgpu_ppt_power_average_w',
      'xe_card_energy_j',
      'xe_card_energy_power_w',
      'xe_pkg_energy_j',
      'xe_pkg_energy_power_w',
      'ina2xx_power1_w',
      'ina2xx_power2_w',
    ]);
    const all = (name: string) => new Set(cells('hwmon', name));
    expect(all('amdgpu_ppt_power_average_w')).toEqual(new Set([12]));
    expect(all('ina2xx_power2_w')).toEqual(new Set([5.5]));
    expect(all('ina2xx_power1_w')).toEqual(new Set([null]));
    expect(warned('sensor-implausible')).toEqual([expect.stringContaining('4294967295000')]);
    const hwmon = track('hwmon');
    expect(hwmon.uuids).toEqual(['1b2c3d4e5f60718a']);
    expect(hwmon.power_w.ina2xx_power1_w.mean).toBeNull();
    expect(hwmon.energy_j.ina2xx_power1_w).toBeNull();
    expect(hwmon.energy_reasons.ina2xx_power1_w).toBe('too few readings');
    expect(hwmon.power_w.ina2xx_power2_w.mean).toBe(5.5);
    const pkg = hwmon.sensor.columns.find(({ name }: { name: string }) => name === 'xe_pkg_energy_j');
    expect(pkg.part_of).toBe('xe_card_energy_j');
  });

  it('is compressed beside a compressed CSV, and never overwritten without --force', () => {
    const sys = sysfs(chips);
    const folder = openFolder();
    const out = join(folder, 'run.csv.gz');
    const args = words`record --port sim --duration 300ms --with hwmon --out ${out}`;
    expect(powerlog(args, undefined, { POWERLOG_SYS: sys }).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['run.csv.gz', 'run.hwmon.csv.gz', 'run.summary.json']);
    expect(readFileSync(join(folder, 'run.hwmon.csv.gz')).subarray(0, 2)).toEqual(Buffer.of(0x1f, 0x8b));
    const lone = openFolder();
    const there = join(lone, 'run.hwmon.csv');
    powerlog(words`record --port sim --duration 100ms --out ${there}`);
    const before = statSync(there).mtimeMs;
    const onto = words`record --port sim --duration 300ms --with hwmon --out ${join(lone, 'run.csv')}`;
    const refused = powerlog(onto, undefined, { POWERLOG_SYS: sys });
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining('run.hwmon.csv exists') });
    expect(statSync(there).mtimeMs).toBe(before);
    expect(readdirSync(lone).sort()).toEqual(['run.hwmon.csv', 'run.hwmon.summary.json']);
  });
});

describe('a driver that hangs', () => {
  it('is a warning, and holds up neither the board nor another sensor', () => {
    const sys = sysfs({ ...desktop(), 'class/hwmon/hwmon0/name': 'stuck' });
    expect(spawnSync('mkfifo', [join(sys, 'class/hwmon/hwmon0/power1_input')]).status).toBe(0);
    const { code, summary, track, warned } = recordWith(
      ['rapl,hwmon', 'exec:while :; do echo 1; sleep 0.05; done'],
      { sys, of: ['rapl', 'exec'], rows: 2 },
    );
    expect(code).toBe(0);
    expect(warned('sensor-silent')).toEqual(['hwmon: it said nothing within 10 s; it is not recorded']);
    expect(track('rapl').samples).toBeGreaterThan(0);
    expect(track('exec').samples).toBeGreaterThan(0);
    expect(summary.tracks).toHaveLength(2);
  });
});

describe('--with', () => {
  it('takes several at once, and auto is whatever is there', () => {
    const sys = sysfs({ ...desktop(), 'class/hwmon/hwmon0/name': 'x', 'class/hwmon/hwmon0/power1_input': 1 });
    const { summary, warned } = recordWith(['auto', 'exec:while :; do echo 3; sleep 0.05; done'], { sys });
    expect(summary.tracks.map(({ id }: { id: string }) => id)).toEqual(['exec', 'rapl', 'hwmon']);
    expect(warned('sensor-missing')).toEqual([]);
    expect(recordWith(['auto'], { forS: 0.2 }).warned('sensor-missing')).toEqual([
      'auto: no sensor was found here; it is not recorded',
    ]);
  });

  it.each([
    [['--with', 'rapi'], "'rapi' is no sensor"],
    [['--with', 'exec:'], 'exec: needs a command'],
    [['--with', 'rapl,exec:x'], 'a --with of its own'],
    [['--with', 'rapl', '--with', 'rapl'], 'given twice'],
    [['--with-interval', '1s'], 'name them with --with'],
    [['--with', 'rapl', '--with-interval', '0s'], 'too short'],
  ])('%j is refused', (args, text) => {
    expect(recordWith([], { args })).toMatchObject({ code: 2, err: expect.stringContaining(text) });
  });

  it('has no place beside standard output', () => {
    const ran = powerlog(words`record --port sim --duration 100ms --with rapl --out -`);
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining('give --out run.csv') });
  });

  it('stands beside a capture too', () => {
    const sys = sysfs(desktop());
    const folder = openFolder();
    const args = words`record --port sim --duration 300ms --with rapl --capture ${join(folder, 'run.plog')}`;
    expect(powerlog(args, undefined, { POWERLOG_SYS: sys }).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['run.plog', 'run.rapl.csv', 'run.summary.json']);
  });

  it('reads as often as it is told to', () => {
    const { summary, track } = recordWith(['rapl'], {
      ...{ sys: sysfs(desktop()), of: ['rapl'] },
      args: ['--with-interval', '200ms'],
    });
    expect(track('rapl').interval_s.median).toBeGreaterThanOrEqual(0.199);
    // And both ends; a busy machine may be late with one and catch up.
    expect(track('rapl').samples).toBeLessThanOrEqual(summary.duration_s / 0.2 + 4);
  });
});

describe('powerlog sensors', () => {
  it('lists what is there and what it reads, and why not', () => {
    const ran = powerlog(['sensors'], undefined, { POWERLOG_SYS: sysfs(desktop()) });
    expect(ran.code, ran.err).toBe(0);
    expect(ran.out).toMatch(/^rapl +RAPL: package-0, core.*package_0_energy_j/m);
    expect(ran.out).toMatch(/^hwmon .*no chip under/m);
  });

  it('as JSON, of a program', () => {
    const ran = powerlog([
      'sensors',
      '--json',
      'exec:while :; do echo "cpu_w=5 gpu_mw=250"; sleep 0.1; done',
    ]);
    expect(JSON.parse(ran.out)).toMatchObject([
      {
        id: 'exec',
        reason: null,
        readings: [
          { name: 'cpu_w', value: 5 },
          { name: 'gpu_w', value: 0.25 },
        ],
      },
    ]);
  });
});
