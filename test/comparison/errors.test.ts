import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { powerlog, words } from '../cli/run.js';
import { clockAt, lines, type Reading, recorded, write } from './pair.js';

const { place, readings, csv, capture } = recorded(4, [], 8);

const file = (name: string, header: string, row: (reading: Reading) => string): string =>
  write(place(name), lines(readings, header, row));

function expectError(args: readonly string[], code: number, text: RegExp): void {
  const ran = powerlog(['compare', ...args], undefined, { TZ: 'UTC' });
  expect(ran.err).toMatch(text);
  expect(ran.code).toBe(code);
  expect(ran.err.trim().split('\n')).toHaveLength(1);
  expect(ran.out).toBe('');
}

describe('what cannot be told is asked for, with what is there', () => {
  it('no column that says when', () => {
    const b = file('no-time.csv', 'power_w,temperature', ({ watts }) => `${watts},50`);
    expectError(
      [csv, b],
      6,
      /nothing in it says when each reading was made; name one with --time-b. Its columns are 'power_w', 'temperature'/,
    );
  });

  it('no power', () => {
    const b = file('no-power.csv', 'timestamp,foo,bar', ({ atS }) => `${clockAt(atS)},1,2`);
    expectError(
      [csv, b],
      6,
      /which of its columns is a power cannot be told; name it with --column-b. They are 'timestamp', 'foo', 'bar'/,
    );
  });

  it('a power that never says anything', () => {
    const b = file(
      'silent.csv',
      'timestamp, index, power.draw [W], temperature.gpu',
      ({ atS }) => `${clockAt(atS)}, 0, [Not Supported], 50`,
    );
    expectError([csv, b], 6, /'power\.draw \[W\]' never holds a number \(\[Not Supported\]\)/);
  });

  it('several powers', () => {
    const b = file(
      'several.csv',
      'timestamp,left_w,right_w',
      ({ atS, watts }) => `${clockAt(atS)},${watts},${watts}`,
    );
    expectError([csv, b], 2, /holds 2 powers: 'left_w', 'right_w'; say which with --column-b/);
  });

  it('several devices', () => {
    const b = file(
      'devices.csv',
      'timestamp, index, power.draw [W]',
      ({ atS, watts }) => `${clockAt(atS)}, 0, ${watts} W\n${clockAt(atS)}, 1, 20 W`,
    );
    expectError(
      [csv, b],
      2,
      /holds 2 devices: GPU 0, GPU 1; say which with --column-b 'power\.draw \[W\]@0'/,
    );
    expectError(
      [csv, b, '--column-b', 'power.draw@7'],
      2,
      /has no device '7' in its first rows; it has GPU 0, GPU 1/,
    );
  });

  it('a column, a time, a unit or a zone that is none', () => {
    const b = file('plain.csv', 'timestamp,power_w', ({ atS, watts }) => `${clockAt(atS)},${watts}`);
    expectError(
      [csv, b, '--column-b', 'volts'],
      2,
      /--column-b volts: .* has no such column; it has 'timestamp', 'power_w'/,
    );
    expectError(
      [csv, b, '--column-a', 'volts'],
      2,
      /--column-a volts: .* has no such column; it has 'time_s'/,
    );
    expectError([csv, b, '--time-b', 'when'], 2, /--time-b when: .* has no such column/);
    expectError(
      [csv, b, '--unit-b', 'volt'],
      2,
      /--unit-b volt is no unit of a power or an energy; there are W, mW/,
    );
    expectError([csv, b, '--tz-b', 'UTC'], 2, /--tz-b is about wall clocks without a zone/);
    const local = file(
      'local.csv',
      'timestamp,power_w',
      ({ atS, watts }) => `${clockAt(atS).replace('Z', '')},${watts}`,
    );
    expectError([csv, local, '--tz-b', 'Mars/Olympus'], 2, /--tz-b Mars\/Olympus is no time zone/);
  });

  it('a column of times or a unit of what is no table', () => {
    expectError([csv, capture, '--time-b', 't'], 2, /--time-b is about tables, and .*run\.plog is a capture/);
    expectError(
      [csv, capture, '--unit-b', 'mW'],
      2,
      /--unit-b is about tables, and .*run\.plog is a capture/,
    );
  });

  it('by an option that the command has', () => {
    const b = file('untimed.csv', 'power_w,temperature', ({ watts }) => `${watts},50`);
    const { code, err } = powerlog(words`audit ${csv} ${b}`);
    expect(code).toBe(6);
    expect(err).toMatch(/nothing in it says when each reading was made\. Its columns/);
  });

  it('two files that share no time', () => {
    const b = file(
      'later.csv',
      'unix_time,power_w',
      ({ atS, watts }) => `${1_800_000_123.45 + atS},${watts}`,
    );
    expectError([csv, b], 6, /share no time: run\.csv reaches from 2023-11-14T22:13:20 to/);
  });

  it('a file that is no table, holds nothing, or is not there', () => {
    expectError(
      [csv, write(place('prose.txt'), 'once upon a time\n')],
      6,
      /is no table of readings: expected lines of cells/,
    );
    expectError([csv, write(place('empty.csv'), '')], 6, /empty\.csv holds nothing/);
    expectError([csv, place('absent.csv')], 6, /absent\.csv: cannot be read: no such file/);
    expectError([csv, write(place('bad.json'), '{"power": }')], 6, /begins as JSON does and is none/);
  });

  it('a JSON without any time', () => {
    const b = write(
      place('amd.json'),
      '[{"gpu": 0, "power": {"socket_power": {"value": 10, "unit": "W"}, "gfx_voltage": {"value": 6, "unit": "mV"}}}]',
    );
    expectError([csv, b], 6, /nothing in it says when.* 'gpu', 'power\.socket_power', 'power\.gfx_voltage'/);
  });

  it('one file too few, or standard input twice', () => {
    expect(powerlog(words`compare ${csv}`).code).toBe(2);
    expectError(['-', '-'], 2, /standard input \(-\) can be read once only/);
  });
});

describe('outputs', () => {
  it('that exist, or are inputs, are refused before anything is read', () => {
    const b = file('readings.csv', 'timestamp,power_w', ({ atS, watts }) => `${clockAt(atS)},${watts}`);
    const there = write(place('there.json'), 'precious');
    const before = readdirSync(place('.'));
    expectError(
      [csv, b, '--json', there],
      5,
      /there\.json exists; choose another name, or overwrite it with --force/,
    );
    expectError([csv, b, '--json', csv, '--force'], 2, /--json .* is the input itself \(A /);
    expectError([csv, b, '--svg', b, '--force'], 2, /--svg .* is the input itself \(B /);
    expectError(
      [csv, b, '--json', place('run.summary.json'), '--force'],
      2,
      /is the input itself \(the summary /,
    );
    expectError([csv, b, '--json', there, '--svg', there, '--force'], 2, /is the same file as/);
    expect(readdirSync(place('.'))).toEqual(before);
    expect(readFileSync(there, 'utf8')).toBe('precious');
  });

  it('of an audit may not be the summary that it reads either', () => {
    const b = file('audited.csv', 'timestamp,power_w', ({ atS, watts }) => `${clockAt(atS)},${watts}`);
    const summary = place('run.summary.json');
    const before = readFileSync(summary, 'utf8');
    const { code, err } = powerlog(words`audit ${csv} ${b} --json ${summary} --force`);
    expect([code, err]).toEqual([2, expect.stringMatching(/is the input itself \(the summary /)]);
    expect(readFileSync(summary, 'utf8')).toBe(before);
  });

  it('are not left behind where the input is bad', () => {
    expectError(
      [csv, place('absent.csv'), '--json', place('new.json'), '--png', place('new.png')],
      6,
      /no such file/,
    );
    expect(existsSync(place('new.json')) || existsSync(place('new.png'))).toBe(false);
  });
});
