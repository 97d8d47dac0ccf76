import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BraillePlot, braillePlot, plotColumns, sparkline } from '#powerlog/draw/braille.js';
import { cellsOf, terminalColour } from '#powerlog/draw/cells.js';
import { type Columns, newColumns } from '#powerlog/draw/envelope.js';

const widthCells = 60;
const heightCells = 20;
const axis = 9;

function columnsOf(of: (n: number) => readonly [min: number, max: number]): Columns {
  const columns = newColumns(plotColumns(widthCells));
  columns.minMw.forEach((_, n) => {
    const [min, max] = of(n);
    columns.minMw[n] = min;
    columns.maxMw[n] = max;
    columns.meanMw[n] = (min + max) / 2;
  });
  return columns;
}

const plotOf = (columns: readonly Columns[], more: Partial<BraillePlot> = {}): string[] =>
  braillePlot({
    series: columns.map((each, n) => ({ name: `s${n}`, columns: each, colour: '#56b4e9' })),
    ...{ widthCells, heightCells, fromUs: 0, toUs: 10e6, colours: false },
    ...more,
  });

/** Rows of dots, 4 a cell, from the top; of what is no braille, none. */
function dotsOf(lines: readonly string[]): boolean[][] {
  const rows = lines.filter((line) => /[┤│]/.test(line[axis - 1] ?? ''));
  return rows.flatMap((line) =>
    [
      [0x01, 0x08],
      [0x02, 0x10],
      [0x04, 0x20],
      [0x40, 0x80],
    ].map((bits) =>
      Array.from({ length: plotColumns(widthCells) }, (_, n) => {
        const cell = line.charCodeAt(axis + (n >> 1)) - 0x2800;
        return cell >= 0 && cell < 256 && (cell & bits[n % 2]!) !== 0;
      }),
    ),
  );
}

const rowsOfDots = (lines: readonly string[]): number => dotsOf(lines).length / 4;

const powers = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 500_000 }), fc.integer({ min: 0, max: 500_000 })),
  {
    minLength: plotColumns(widthCells),
    maxLength: plotColumns(widthCells),
  },
);

describe('a plot for a terminal', () => {
  it('reaches from the least to the most in each column, at any power', () => {
    fc.assert(
      fc.property(powers, (drawn) => {
        // The axis begins at 0, and so does every third column.
        const pairs = drawn.map(([one, other], n) => [n % 3 === 0 ? 0 : one, other] as const);
        const dots = dotsOf(plotOf([columnsOf((n) => [Math.min(...pairs[n]!), Math.max(...pairs[n]!)])]));
        const highMw = Math.max(...pairs.flat());
        for (const [n, pair] of pairs.entries()) {
          const rows = dots.flatMap((row, y) => (row[n] ? [y] : []));
          const span = rows.at(-1)! - rows[0]!;
          // A row is a part of what the axis reaches to, which is at most a tick above the highest.
          const perRow = (1.5 * highMw) / (dots.length - 1);
          expect(Math.abs(pair[0] - pair[1])).toBeLessThanOrEqual((span + 2) * perRow);
          expect(rows.length).toBe(span + 1);
          if (n % 3 === 0) expect(rows.at(-1)).toBe(dots.length - 1);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('shows a single column that stands out, and nothing where nothing was measured', () => {
    const columns = columnsOf((n) =>
      n === 40 ? [100e3, 450e3] : n > 70 && n < 80 ? [NaN, NaN] : [100e3, 101e3],
    );
    const dots = dotsOf(plotOf([columns]));
    const tallest = (n: number) => dots.filter((row) => row[n]).length;
    expect(tallest(40)).toBeGreaterThan(40);
    expect(tallest(38)).toBeLessThan(3);
    for (let n = 72; n < 79; n++) expect(tallest(n)).toBe(0);
  });

  it('keeps to its width and height, whatever it is called', () => {
    const names = [
      '\u001b[31mred',
      '<script>alert(1)</script>',
      '训练训练训练',
      'a\nb',
      '\u202eturned',
      'x'.repeat(200),
    ];
    const columns = columnsOf((n) => [n * 1e3, n * 2e3]);
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 130 }),
        fc.integer({ min: 8, max: 40 }),
        fc.boolean(),
        fc.shuffledSubarray(names, { minLength: 1 }),
        (width, height, colours, chosen) => {
          const cells = newColumns(plotColumns(width));
          cells.maxMw.fill(5e5);
          const lines = plotOf([columns], {
            ...{ widthCells: width, heightCells: height, colours },
            series: chosen.map((name) => ({ name, columns: cells, colour: '#d55e00' })),
            bands: chosen.map((name, n) => ({ name, fromUs: n * 2e6, toUs: n * 2e6 + 1.9e6 })),
          });
          const plain = lines.map((line) => line.replaceAll(/\p{Cc}\[[\d;]+m/gu, ''));
          expect(lines.length).toBe(Math.max(height, lines.length - rowsOfDots(plain) + 2));
          for (const line of plain) {
            expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
            expect(cellsOf(line)).toBeLessThanOrEqual(Math.max(width, 19));
          }
          if (!colours) expect(lines.join('')).not.toContain('\u001b');
        },
      ),
    );
  });

  it('tells several series apart: by colours, or else by letters on their lines', () => {
    const two = [columnsOf(() => [100e3, 101e3]), columnsOf(() => [400e3, 401e3])];
    const plain = plotOf(two);
    expect(plain[0]).toContain('a s0   b s1');
    expect(plain.filter((line) => line.slice(axis).includes('a')).length).toBe(2);
    expect(plain.slice(1).some((line) => /^.{5,}b/.test(line.slice(axis)))).toBe(true);
    const coloured = plotOf(two, { colours: true });
    expect(coloured.join('\n')).toContain(`\u001b[38;5;${terminalColour('#56b4e9')}m`);
    expect(coloured[0]).toContain('━━');
  });

  it('has an axis of power and one of time', () => {
    const lines = plotOf([columnsOf(() => [100e3, 450e3])]);
    expect(lines.map((line) => line.slice(0, axis)).filter((line) => line.includes('┤'))).toEqual([
      '  400 W ┤',
      '  300 W ┤',
      '  200 W ┤',
      '  100 W ┤',
      '    0 W ┤',
    ]);
    expect(lines.at(-1)).toMatch(/^ +s {2}0 +(?:\d +)+10$/);
  });
});

describe('a sparkline', () => {
  it('has a block a value, none where nothing was measured', () => {
    expect(sparkline([0, 125, 250, 500, 999, 1000, NaN, 2000], 0, 1000)).toBe('▁▂▃▅██ █');
    expect(sparkline([5, 5], 5, 5)).toBe('▁▁');
  });
});
