import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ExitCode } from '#powerlog/errors.js';
import type { ForeignOptions, ForeignTrack } from '#powerlog/foreign/foreign-track.js';
import { isInOtherUnit } from '#powerlog/foreign/meaning/units.js';
import { readForeign } from '#powerlog/foreign/read.js';

const folder = mkdtempSync(join(tmpdir(), 'powerlog-columns-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = { column: '--column-b', time: '--time-b', unit: '--unit-b', zone: '--tz-b' };

/** A file with a header and rows of one second each. @param cells what stands behind each instant */
function read(header: string, cells: readonly string[], options: ForeignOptions = {}): Promise<ForeignTrack> {
  const path = join(folder, 'b.csv');
  const separator = header.includes(';') ? ';' : ',';
  const rows = cells.map((cell, n) => `2026-11-27 12:00:0${n}${separator}${cell}`);
  writeFileSync(path, `${[`timestamp${separator}${header}`, ...rows].join('\n')}\n`);
  return readForeign(path, options, names);
}

const fails = (exitCode: ExitCode, text: RegExp) =>
  expect.objectContaining({ exitCode, message: expect.stringMatching(text) });

describe('a column of something else', () => {
  const others = [
    ['power [%]', '61', '62'],
    ['utilization.gpu [%]', '61 %', '62 %'],
    ['clocks.sm [MHz]', '741 MHz', '742 MHz'],
    ['temp', '61', '62'],
    ['power.limit', '300', '301'],
  ] as const;

  it.each(others)("such as '%s' is no power, though it is the only number", async (name, ...cells) => {
    await expect(read(name, cells)).rejects.toEqual(
      fails(
        ExitCode.badInput,
        /none of its columns is a power; --column-b with --unit-b takes one all the same\. They are 'timestamp', '/,
      ),
    );
    await expect(read(name, cells, { column: name })).rejects.toEqual(
      fails(ExitCode.badInput, /is no power, unless --unit-b says so; it has the columns 'timestamp', '/),
    );
  });

  it.each(others)("such as '%s' is one where its unit is said too", async (name, ...cells) => {
    const track = await read(name, cells, { column: name, unit: 'mW' });
    expect(track.unit).toBe('mW');
    expect(track.value[0]).toBeCloseTo(Number.parseFloat(cells[0]) / 1000, 9);
  });

  it('such as when a power was read is none beside the power', async () => {
    const header = 'gpu0_power_w,gpu0_power_unix_time_s,gpu0_average_power_w';
    const cells = ['61.5,1795655311.26,60.1', '62.5,1795655312.26,60.2'];
    const track = await read(header, cells);
    expect(track.guesses.join()).toContain(
      "of 2 powers 'gpu0_power_w' is taken (also there: 'gpu0_average_power_w')",
    );
    await expect(read(header, cells, { column: 'gpu0_power_unix_time_s' })).rejects.toEqual(
      fails(ExitCode.badInput, /'gpu0_power_unix_time_s' in .* is no power, unless --unit-b says so/),
    );
  });

  it('is not told by a letter that is a unit of time, too', async () => {
    expect((await read('power_s', ['61', '62'], { column: 'power_s' })).value[0]).toBe(61);
  });

  it('is none where a power beside it says nothing', async () => {
    await expect(read('power.draw [W],rows', ['[N/A],7', '[N/A],9'])).rejects.toEqual(
      fails(ExitCode.badInput, /'power\.draw \[W\]' never holds a number/),
    );
  });

  it('bears a unit in brackets that is none of a power', () => {
    for (const name of ['load [%]', 'Clock (MHz)', 'T [°C]', 'vdd (mV)', 'rx [MB/s]', 'fan [RPM]'])
      expect(isInOtherUnit(name)).toBe(true);
    for (const name of ['power [W]', 'power (GPU)', 'power (average)', 'energy [J/s]', 'power', 't [ms]'])
      expect(isInOtherUnit(name)).toBe(false);
  });
});

describe('what cannot be read is told as that', () => {
  it('a header without a row', async () => {
    for (const options of [{}, { column: 'power_w' }, { time: 'timestamp' }])
      await expect(read('power_w', [], options)).rejects.toEqual(
        fails(ExitCode.badInput, /b\.csv holds no reading: nothing stands below the names of its columns$/),
      );
  });

  it.each([
    ['power_mw', '"283,812.5"', '283,812.5'],
    ['power_mw;n', '283.812,5;1', '283.812,5'],
  ])('numbers with marks between thousands, as %s has them: %s', async (header, cell, quoted) => {
    await expect(read(header, [cell, cell])).rejects.toEqual(
      fails(ExitCode.badInput, new RegExp(`the numbers of 'power_mw' cannot be read: '${quoted}'$`)),
    );
  });

  it('which of two columns of one name is meant', async () => {
    await expect(read('power,power', ['61,71', '62,72'], { column: 'power' })).rejects.toEqual(
      fails(ExitCode.usage, /has 2 such columns; name one by its place: 2 \('power'\), 3 \('power'\)$/),
    );
    await expect(read('power [W],power (mW)', ['61,71', '62,72'], { column: 'power' })).rejects.toEqual(
      fails(ExitCode.usage, /name one by its place: 2 \('power \[W\]'\), 3 \('power \(mW\)'\)$/),
    );
    expect((await read('power,power', ['61,71', '62,72'], { column: '3' })).value[0]).toBe(71);
  });
});
