import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  clockAt,
  compared,
  type JsonFigures,
  type Reading,
  recorded,
  shiftS,
  lines as tableOf,
  unixS,
  write,
} from './pair.js';

/* One sensor's readings in everybody's files: each gives the same figures. */

const { place, powers, readings, csv, capture } = recorded(3);

const watts = ({ watts: each }: Reading): string => each.toFixed(2);
const smiStamp = ({ atS }: Reading, aheadH = 0): string =>
  clockAt(atS, aheadH).replaceAll('-', '/').replace('T', ' ').replace('Z', '');
const lines = (header: string, row: (reading: Reading, n: number) => string): string =>
  tableOf(readings, header, row);
const uuid = 'GPU-2e74d19f-1034-3148-148a-53b71d4818e0';

function expectSame(json: JsonFigures, toleranceS = 0.01): void {
  expect(json.verdict).toBe('related');
  expect(Math.abs((json.shift_s as number) - shiftS)).toBeLessThan(toleranceS);
  expect(json.mean_difference_w).toBeCloseTo(-20, 0);
  const [low, high] = json.mean_difference_w_interval as [number, number];
  expect(low).toBeLessThan(-20 + 0.5);
  expect(high).toBeGreaterThan(-20 - 0.5);
}

interface Case {
  readonly name: string;
  readonly file?: string;
  readonly text: () => string | Uint8Array;
  readonly options?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly column: string;
  readonly unit: string;
  readonly guess?: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'nvidia-smi with units, in UTC',
    text: () =>
      lines(
        'timestamp, index, uuid, power.draw [W], power.draw.average [W], power.draw.instant [W]',
        (each) => `${smiStamp(each)}, 0, ${uuid}, ${watts(each)} W, [N/A], ${watts(each)} W`,
      ),
    ...{ column: 'power.draw.instant [W]', unit: 'W' },
    guess: /bear no zone: they are taken for UTC, since/,
  },
  {
    name: 'nvidia-smi on a clock two hours ahead, without units in its cells',
    text: () =>
      lines('timestamp, pstate, power.draw [W]', (each) => `${smiStamp(each, 2)}, P0, ${watts(each)}`),
    ...{ column: 'power.draw [W]', unit: 'W' },
    guess: /taken for UTC\+2, since they then lie within those of run\.csv/,
  },
  {
    name: 'nvidia-smi in the zone of this machine',
    text: () => lines('timestamp, power.draw [W]', (each) => `${smiStamp(each, 1)}, ${watts(each)} W`),
    env: { TZ: 'Europe/Berlin' },
    ...{ column: 'power.draw [W]', unit: 'W' },
    guess: /taken for UTC\+1, this machine's zone/,
  },
  {
    name: 'a zone that was named',
    text: () => lines('timestamp, power.draw [W]', (each) => `${smiStamp(each, 5.5)}, ${watts(each)} W`),
    options: ['--tz-b', 'Asia/Kolkata'],
    ...{ column: 'power.draw [W]', unit: 'W' },
  },
  {
    name: 'nvidia-smi bare, compressed',
    file: 'bare.csv.gz',
    text: () => gzipSync(lines('', (each) => `${smiStamp(each)}, ${watts(each)}`)),
    ...{ column: 'column 2', unit: 'W' },
    guess: /column 2 .* is taken for the power, since it is the only number beside the time/,
  },
  {
    name: 'several cards, interleaved',
    text: () =>
      lines(
        'timestamp, index, uuid, power.draw [W]',
        (each) => `${smiStamp(each)}, 0, GPU-aaaa, 21.50 W\n${smiStamp(each)}, 1, ${uuid}, ${watts(each)} W`,
      ),
    options: ['--column-b', 'power.draw@1'],
    ...{ column: `power.draw [W] of GPU 1 (${uuid})`, unit: 'W' },
  },
  {
    name: 'several cards, of which one says nothing',
    text: () =>
      lines(
        'timestamp, index, power.draw [W]',
        (each) => `${smiStamp(each)}, 0, [Not Supported]\n${smiStamp(each)}, 1, ${watts(each)} W`,
      ),
    ...{ column: 'power.draw [W] of GPU 1', unit: 'W' },
    guess: /of 2 devices only GPU 1 gives a power/,
  },
  {
    name: 'what a shell of Windows redirects',
    text: () =>
      Buffer.from(
        `\ufeff${lines('timestamp, power.draw [W]', (each) => `${smiStamp(each)}, ${watts(each)} W`).replaceAll('\n', '\r\n')}`,
        'utf16le',
      ),
    ...{ column: 'power.draw [W]', unit: 'W' },
  },
  {
    name: "a data frame's index, ISO times with a zone, milliwatts",
    text: () =>
      lines(
        ',timestamp,gpu_power_mw',
        (each, n) => `${n},${clockAt(each.atS, 1).replace('Z', '+01:00')},${(each.watts * 1000).toFixed(0)}`,
      ),
    ...{ column: 'gpu_power_mw', unit: 'mW' },
  },
  {
    name: 'semicolons and decimal commas, kilowatts',
    text: () =>
      lines(
        'Zeit;Leistung',
        (each) => `${clockAt(each.atS)};${(each.watts / 1000).toFixed(5).replace('.', ',')}`,
      ),
    options: ['--column-a', 'gpu', '--column-b', 'Leistung', '--unit-b', 'kW'],
    ...{ column: 'Leistung', unit: 'kW' },
  },
  ...(
    [
      ['s', 1, 6],
      ['ms', 1e3, 3],
      ['us', 1e6, 0],
      ['ns', 1e9, 0],
    ] as const
  ).map(
    ([unit, scale, digits]): Case => ({
      name: `numbers since 1970, ${unit}`,
      text: () =>
        lines(
          't,power',
          (each) =>
            `${unit === 'ns' ? `${Math.round(unixS(each) * 1e6)}000` : (unixS(each) * scale).toFixed(digits)},${watts(each)}`,
        ),
      options: ['--column-a', 'gpu'],
      ...{ column: 'power', unit: 'W' },
      guess: new RegExp(`'t' is read as ${unit.replace('u', 'µ')} since 1970`),
    }),
  ),
  {
    name: 'stamps that are an hour off',
    options: ['--column-a', 'gpu'],
    text: () => lines('unix_time,power_w', (each) => `${(unixS(each) + 3600).toFixed(3)},${watts(each)}`),
    ...{ column: 'power_w', unit: 'W' },
    guess: /stamps of .* are 1 h late, as where a zone was left out/,
  },
  {
    name: 'a number without a unit that can only be milliwatts',
    text: () =>
      lines('timestamp,gpu_power', (each) => `${unixS(each).toFixed(3)},${(each.watts * 1000).toFixed(0)}`),
    ...{ column: 'gpu_power', unit: 'mW' },
    guess: /'gpu_power' .* names no unit and is taken for mW/,
  },
  {
    name: 'a clock without a date, and without a word of what it is of',
    text: () => lines('time,power_w', (each) => `${clockAt(each.atS, 3).slice(11, 23)},${watts(each)}`),
    ...{ column: 'power_w', unit: 'W' },
    guess: /come nearest to gpu \(.* W\), which it is held against[\s\S]*taken for UTC\+3/,
  },
  {
    name: 'a date and a clock in two columns, as HWiNFO writes them',
    text: () =>
      lines('Date,Time,"GPU Power [W]"', (each) => {
        const [date, clock] = clockAt(each.atS, 1).slice(0, 23).split('T') as [string, string];
        return `${date.split('-').reverse().join('.')},${clock},${watts(each)}`;
      }),
    ...{ column: 'GPU Power [W]', unit: 'W' },
  },
  {
    name: 'tabs, with a remark in front',
    text: () =>
      lines('# made by hand\ntimestamp\tgpu power (W)', (each) => `${clockAt(each.atS)}\t${watts(each)}`),
    ...{ column: 'gpu power (W)', unit: 'W' },
  },
  {
    name: 'one JSON object a line',
    file: 'log.jsonl',
    text: () =>
      lines('', (each) =>
        JSON.stringify({
          timestamp: unixS(each),
          gpus: [{ gpu: 0, power: { socket_power: { value: each.watts, unit: 'W' } } }],
        }),
      ),
    ...{ column: 'power.socket_power', unit: 'W' },
  },
];

describe('the same readings in a file', () => {
  it.each(cases)('of $name', ({ name, file = 'b.csv', text, options = [], env, column, unit, guess }) => {
    const b = write(place(`${name.replace(/\W+/g, '-')}.${file}`), text());
    const json = compared([csv, b, ...options], { TZ: 'UTC', ...env });
    expect(json.a.column).toBe('gpu_power_w');
    expect(json.b).toMatchObject({ column, unit, file: b });
    if (guess) expect(json.guesses.join('\n')).toMatch(guess);
    expectSame(json);
  });
});

describe('a counter of joules', () => {
  it('is one, in whatever it counts, and over its wrap', () => {
    const wrapJ = 262_143.328_85;
    let [joules, before] = [wrapJ - 3000, readings[0]!];
    const rows = readings.map((each) => {
      joules += each.watts * (each.atS - before.atS);
      before = each;
      return `${unixS(each).toFixed(6)},${Math.round((joules % wrapJ) * 1e6)}`;
    });
    const b = write(place('rapl.csv'), `time,gpu_energy_uj\n${rows.join('\n')}\n`);
    const json = compared([csv, b, '--column-a', 'gpu']);
    expect(json.b).toMatchObject({ column: 'gpu_energy_uj', unit: 'µJ' });
    expect(json.energy_difference_pct).toBeCloseTo((100 * -20) / meanOf(powers), 0);
    expect(json.kernel).toBe('counter');
  });

  it("of CodeCarbon's is in kWh, from the begin of its run, on a clock of whole seconds", () => {
    const header =
      'timestamp,project_name,run_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed';
    let kwh = 0;
    const rows = Array.from({ length: 11 }, (_, n) => {
      const part = powers.slice(2000 + n * 5000, 2000 + (n + 1) * 5000);
      kwh += part.reduce((sum, each) => sum + each / 1000, 0) / 3.6e6;
      const stamp = clockAt(2 + (n + 1) * 5).slice(0, 19);
      return `${stamp},train,aa,${(n + 1) * 5},0,0,42.5,150,10,${kwh / 3},${kwh},0,${kwh * 2}`;
    });
    const b = write(place('emissions.csv'), `${header}\n${rows.join('\n')}\n`);
    expect(compared([csv, b], { TZ: 'UTC' })).toMatchObject({
      ...{ a: { column: 'system_power_w' }, b: { column: 'energy_consumed', unit: 'kWh' } },
    });
    const json = compared([csv, b, '--column-a', 'gpu'], { TZ: 'UTC' });
    expect(json.b).toMatchObject({ column: 'gpu_energy', unit: 'kWh', source: 'CodeCarbon' });
    expect(json.a.column).toBe('gpu_power_w');
    expect(json.span_s).toBeGreaterThan(40);
    expect(Math.abs(json.energy_difference_pct as number)).toBeLessThan(3);
    expect(json.warnings.map(({ message }) => message).join()).toMatch(/instants are known to 1 s only/);
  });
});

describe('a single run of CodeCarbon', () => {
  it('is compared as a whole, and nothing else is said of it', () => {
    const joules = powers.slice(5000, 55_000).reduce((sum, each) => sum + each / 1000, 0);
    const header = 'timestamp,run_id,duration,emissions,gpu_power,gpu_energy,energy_consumed';
    const row = `${clockAt(55).slice(0, 19)},aa,50.0,0,150,${(joules * 0.9) / 3.6e6},${joules / 3.6e6}`;
    const json = compared([csv, write(place('one.csv'), `${header}\n${row}\n`), '--column-a', 'gpu'], {
      TZ: 'UTC',
    });
    expect(json).toMatchObject({ verdict: 'undetermined', gain: null, shift_s: null, kernel: 'counter' });
    expect(json.span_s).toBeCloseTo(50, 6);
    const [low, high] = json.energy_difference_pct_interval as [number, number];
    expect(low).toBeLessThan(-10);
    expect(high).toBeGreaterThan(-10);
    expect(high - low).toBeLessThan(5);
  });
});

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

describe('clocks', () => {
  it('that count from an unknown instant leave open how late a curve is, and nothing else', () => {
    const b = write(
      place('elapsed.csv'),
      lines(
        'elapsed,gpu_power_w',
        ({ atS, watts: each }) => `${(atS * 1000 + 71_234).toFixed(0)},${each.toFixed(2)}`,
      ),
    );
    const json = compared([csv, b]);
    expect(json.verdict).toBe('related');
    expect(json.shift_s).toBeNull();
    expect(json.shift_s_reason).toMatch(/do not count from the same instant/);
    expect(json.mean_difference_w).toBeCloseTo(-20, 0);
    expect(json.guesses.join('\n')).toMatch(/name no unit and are taken for ms/);
  });

  it('of one file are one', () => {
    const n = (s: number) => Math.min(Math.floor(s * 1000), powers.length - 1);
    const both = write(
      place('both.csv'),
      lines(
        't_s,board_w,sensor_w',
        ({ atS, watts: each }) => `${(500 + atS).toFixed(4)},${powers[n(atS)]},${each.toFixed(2)}`,
      ),
    );
    const json = compared([both, both, '--column-a', 'board_w', '--column-b', 'sensor_w']);
    expect(json.shift_s).toBeCloseTo(shiftS, 1);
  });

  it('of a capture are its own, and its components are named as its columns', () => {
    const b = write(
      place('for-capture.csv'),
      lines('timestamp,power_w', (each) => `${unixS(each).toFixed(4)},${watts(each)}`),
    );
    const json = compared([capture, b, '--column-a', 'gpu']);
    expect(json.a).toMatchObject({ column: 'gpu_power_w', unit: 'W' });
    expectSame(json);
  });

  it('that a time is shared by several readings spreads them', () => {
    const b = write(
      place('whole.csv'),
      lines('timestamp,power_w', (each) => `${Math.floor(unixS(each))},${watts(each)}`),
    );
    const json = compared([csv, b, '--column-a', 'gpu']);
    expect(json.warnings.map(({ message }) => message).join()).toMatch(/bear the instant of the one before/);
    expect(json.mean_difference_w).toBeCloseTo(-20, 0);
  });
});
