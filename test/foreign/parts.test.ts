import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellOf, decimalAt, numberOf, suffixOf } from '#powerlog/foreign/meaning/cells.js';
import { DateReader, dateFormOf } from '#powerlog/foreign/meaning/dates.js';
import { unitIn, wordsOf } from '#powerlog/foreign/meaning/units.js';
import { unwrapped } from '#powerlog/foreign/tidy.js';

const [dot, comma] = [0x2e, 0x2c];

describe('a number in bytes', () => {
  it('is what the language makes of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 9 }), (whole, digits) => {
        const text = (whole / 10 ** digits).toFixed(digits);
        expect(numberOf(text, dot)).toBe(Number(text));
        expect(numberOf(text.replace('.', ','), comma)).toBe(Number(text));
      }),
    );
    expect(numberOf('1.5e-3', dot)).toBeCloseTo(0.0015, 12);
    expect(numberOf('73.04 W', dot)).toBe(73.04);
    expect(numberOf('+5 %', dot)).toBe(5);
  });

  it.each(['', 'N/A', '[N/A]', '-', '12:30', '2026/11/26', '26.11.2026', '0x1002', 'W 5', '1.2.3'])(
    "is none in '%s'",
    (text) => {
      expect(numberOf(text, dot)).toBeNaN();
    },
  );

  it('does not look beyond its cell', () => {
    const bytes = Buffer.from('12,34');
    expect(decimalAt(bytes, 0, 2, dot)).toBe(12);
    expect(decimalAt(bytes, 3, 5, dot)).toBe(34);
  });
});

it.each([
  ['[Not Supported]', 'missing'],
  ['[GPU requires reset]', 'missing'],
  ['N/A (Secondary die)', 'missing'],
  ['AMDSMI_STATUS_NOT_SUPPORTED', 'missing'],
  ['None', 'missing'],
  ['UNTHROTTLED', 'text'],
  ['73.04 W', 'number'],
  ['2026-11-26', 'date'],
  ['01:08:27.5', 'date'],
] as const)('%s is %s', (text, kind) => {
  expect(cellOf(text)).toBe(kind);
});

it('a suffix is what stands behind the number', () => {
  expect(['73.04 W', '5%', '12', '918 mV'].map(suffixOf)).toEqual(['W', '%', '', 'mV']);
});

it.each([
  ['power.draw [W]', 'W'],
  ['gpu_power_mw', 'mW'],
  ['GPU Power (Watts)', 'W'],
  ['gpuPowerMw', 'mW'],
  ['power_mW', 'mW'],
  ['energy_uj', 'µJ'],
  ['package_0_energy_j', 'J'],
  ['time_ns', 'ns'],
  ['power', undefined],
  ['raw', undefined],
] as const)("the unit in '%s' is %s", (name, unit) => {
  expect(unitIn(name)?.unit).toBe(unit);
});

it('a name has words', () => {
  expect(wordsOf('gpu0PowerDraw_mW')).toEqual(['gpu', '0', 'power', 'draw', 'mw']);
});

describe('an instant', () => {
  const us = Date.UTC(2026, 10, 26, 1, 8, 27) * 1000;
  it.each([
    ['2026/11/26 01:08:27.654', us + 654_000],
    ['2026-11-26T01:08:27.654321Z', us + 654_321],
    ['2026-11-26T03:08:27+02:00', us],
    ['2026-11-25 20:08:27,5 -0500', us + 500_000],
    ['26.11.2026 01:08:27', us],
    ['11/26/2026 1:08:27 AM', us],
    ['11/26/2026, 1:08:27 PM', us + 12 * 3600e6],
    ['2026_11_26_01_08_27', us],
    ['Thu Nov 26 01:08:27 2026', us],
    ['Thu, 26 Nov 2026 01:08:27 GMT', us],
    ['26-Nov-2026 01:08:27.25', us + 250_000],
    ['01:08:27.5', (3600 + 8 * 60 + 27.5) * 1e6],
  ])('is written %s', (text, expected) => {
    const form = dateFormOf([text]);
    expect(form).not.toBeNull();
    const bytes = Buffer.from(`x${text}y`);
    expect(new DateReader(form!).at(bytes, 1, bytes.length - 1)).toBeCloseTo(expected, 0);
  });

  it('may be of a day or a month first, which its numbers tell, or leave open', () => {
    expect(dateFormOf(['26/11/2026 01:08:27', '27/11/2026 01:08:27'])).toMatchObject({
      order: 'dmy',
      isAmbiguous: false,
    });
    expect(dateFormOf(['11/26/2026 01:08:27'])).toMatchObject({ order: 'mdy', isAmbiguous: false });
    expect(dateFormOf(['05/06/2026 01:08:27'])).toMatchObject({ order: 'mdy', isAmbiguous: true });
    expect(dateFormOf(['05.06.2026 01:08:27'])).toMatchObject({ order: 'dmy', isAmbiguous: true });
  });

  it('is none where month, hour or minute are none', () => {
    const reader = new DateReader(dateFormOf(['2026-11-26 01:08:27'])!);
    for (const text of [
      '2026-13-26 01:08:27',
      '2026-11-26 25:08:27',
      '2026-11-26 01:61:27',
      'timestamp',
      '',
    ]) {
      const bytes = Buffer.from(text);
      expect(reader.at(bytes, 0, bytes.length)).toBeNaN();
    }
  });
});

it('a counter is counted on over the ranges that are known to wrap, and cut where it begins anew', () => {
  const readings = (values: readonly number[]) => ({
    ...{ timeUs: Float64Array.from(values.keys()), value: Float64Array.from(values), stampUs: null },
  });
  const told: string[] = [];
  const rapl = unwrapped(readings([262_143, 262_143.3, 0.1, 1]), (text) => told.push(text));
  [262_143, 262_143.3, 262_143.428_85, 262_144.328_85].forEach((joules, n) => {
    expect(rapl.value[n]).toBeCloseTo(joules, 6);
  });
  expect(told).toEqual([]);
  const anew = unwrapped(readings([500, 600, 0, 10, 20, 30]), (text) => told.push(text));
  expect([...anew.value]).toEqual([0, 10, 20, 30]);
  expect(told.join()).toMatch(/begins anew 1 time: only its longest stretch, 4 readings, is taken/);
});
