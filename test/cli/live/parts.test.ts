import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Keys } from '#powerlog/cli/terminal/live/keys.js';
import { digits, digitsHeight, digitsWidth } from '#powerlog/cli/terminal/live/paint/digits.js';
import { colourDepthOf, Style, themeOf } from '#powerlog/cli/terminal/live/paint/style.js';
import { cut, ends, fill, widthOf, wrap } from '#powerlog/cli/terminal/live/paint/styled-text.js';
import { scales, stretchOf } from '#powerlog/cli/terminal/live/scales.js';
import { RecentEnvelope } from '#powerlog/cli/terminal/live/watch/recent-envelope.js';
import { energyBetweenJ } from '#powerlog/draw/envelope.js';
import { EnvelopeBuilder } from '#powerlog/draw/envelope-builder.js';

describe('keys', () => {
  const keysOf = (pieces: readonly string[]): string[] => {
    const found: string[] = [];
    const keys = new Keys((key) => found.push(key));
    for (const piece of pieces) keys.take(piece);
    keys.end();
    return found;
  };

  it('are the same however they come', () => {
    const typed = 'q\u001b[A\u001bOB \u001b[15~\u001b[1;5C\u001b[<0;10;20M\u001bx\u0003é😀\u001b\u001b[D';
    const whole = ['q', 'up', 'down', ' ', 'ctrl-c', 'é', '😀', 'escape', 'left'];
    expect(keysOf([typed])).toEqual(whole);
    const characters = [...typed];
    fc.assert(
      fc.property(fc.array(fc.nat(characters.length)), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), characters.length];
        const pieces = places.slice(1).map((end, n) => characters.slice(places[n]!, end).join(''));
        expect(keysOf(pieces)).toEqual(whole);
      }),
    );
  });

  it('hold a lone Esc until nothing follows', async () => {
    const key = await new Promise((resolve) => new Keys(resolve).take('\u001b'));
    expect(key).toBe('escape');
  });
});

describe('the latest samples', () => {
  /** Spacings of samples in µs, gaps among them, and powers. */
  const samples = fc.array(
    fc.tuple(
      fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 60_000 })),
      fc.integer({ min: -100, max: 9000 }),
    ),
    { minLength: 2, maxLength: 400 },
  );

  it('are those of the whole recording, as far back as they are kept, however long it was and however it is cut', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 50 }), (rows, slice) => {
        const [intervalUs, kept, gapLimitUs] = [1000, 16, 20_000];
        const recent = new RecentEnvelope(1, intervalUs, kept);
        const whole = new EnvelopeBuilder(1, { intervalUs, most: 1 << 16 });
        let us = 0;
        const timeUs = Float64Array.from(rows, ([spacing]) => {
          us += spacing;
          return us;
        });
        const powerMw = Float64Array.from(rows, ([, mw]) => mw);
        for (let from = 0; from < rows.length; from += slice) {
          const [times, powers] = [timeUs, powerMw].map((column) => column.subarray(from, from + slice));
          recent.add(times!, [powers!], times!.length, gapLimitUs);
          whole.add(times!, [powers!], times!.length, gapLimitUs);
        }
        const fromUs = Math.max(0, (Math.floor(us / intervalUs) - kept + 1) * intervalUs);
        const { grid, series } = recent.window(fromUs, us + 1);
        const all = whole.envelopes(gapLimitUs);
        const first = grid.startUs / intervalUs;
        expect(grid.startUs).toBeLessThanOrEqual(fromUs);
        expect(first + grid.count).toBe(all.grid.count);
        for (const key of ['minMw', 'maxMw'] as const) {
          const expected = all.series[0]![key].subarray(first);
          series[0]![key].forEach((mw, n) => {
            if (Number.isNaN(expected[n]!)) expect(mw).toBeNaN();
            else expect(mw).toBeCloseTo(expected[n]!, 1);
          });
        }
        // The energy in a gap is not known once what lay before it is forgotten.
        if (rows.some(([spacing], n) => n > 0 && spacing > gapLimitUs && timeUs[n]! >= fromUs)) return;
        expect(energyBetweenJ(grid, series[0]!, fromUs, us)).toBeCloseTo(
          energyBetweenJ(all.grid, all.series[0]!, fromUs, us),
          9,
        );
      }),
    );
  });
});

describe('the stretch that is shown', () => {
  it('ends with the latest, moves by whole columns, and holds everything where all is asked for', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...scales),
        fc.double({ min: 0, max: 1e13, noNaN: true }),
        fc.integer({ min: 1, max: 600 }),
        (scale, latestUs, columns) => {
          const { fromUs, toUs } = stretchOf(scale, latestUs, columns);
          const columnUs = (toUs - fromUs) / columns;
          expect(toUs).toBeGreaterThanOrEqual(latestUs * (1 - 1e-12));
          if (scale.us === null) expect(fromUs).toBe(0);
          else {
            expect(toUs - fromUs).toBeCloseTo(scale.us, 0);
            expect(toUs - latestUs <= columnUs * 1.000001 || toUs === scale.us).toBe(true);
          }
        },
      ),
    );
  });
});

describe('text in cells', () => {
  const style = new Style(24, 'dark');
  const text = fc
    .array(
      fc.constantFrom('a', ' ', '界', 'é', style.bold('B'), style.colour('c', '#56b4e9'), style.alarm('!')),
    )
    .map((each) => each.join(''));

  it('is never wider than what it is given, and loses no sequence', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 30 }), (one, other, cells) => {
        expect(widthOf(cut(one, cells))).toBeLessThanOrEqual(cells);
        expect(widthOf(fill(one, cells))).toBe(cells);
        expect(widthOf(ends(one, other, cells))).toBeLessThanOrEqual(cells);
        const sequences = (styled: string) => styled.match(/\[[\d;]+m/g);
        expect(sequences(cut(one, cells))).toEqual(sequences(one));
      }),
    );
    expect(wrap('some words that go on', 10)).toEqual(['some words', 'that go on']);
  });

  it('has as many colours as the terminal knows, and none where nobody wants any', () => {
    expect(colourDepthOf({ TERM: 'xterm' })).toBe(4);
    expect(colourDepthOf({ TERM: 'screen-256color' })).toBe(8);
    expect(colourDepthOf({ TERM: 'xterm', COLORTERM: 'truecolor' })).toBe(24);
    expect(colourDepthOf({ TERM: 'xterm', COLORTERM: 'truecolor', NO_COLOR: '1' })).toBe(0);
    expect(colourDepthOf({ TERM: 'xterm', NO_COLOR: '' })).toBe(4);
    expect(themeOf({})).toBe('dark');
    expect(themeOf({ COLORFGBG: '15;0' })).toBe('dark');
    expect(themeOf({ COLORFGBG: '0;default;15' })).toBe('light');
    expect(new Style(4, 'dark').colour('x', '#f28e2b')).toBe('\u001b[93mx\u001b[39m');
    expect(new Style(4, 'dark').colour('x', '#56b4e9')).toBe('\u001b[94mx\u001b[39m');
    expect(new Style(0, 'dark').colour('x', '#56b4e9')).toBe('x');
  });

  it('has digits that take what they say', () => {
    for (const scale of [1, 2, 3, 4])
      for (const number of ['0123456789', ' -7', '42']) {
        const lines = digits(number, scale);
        expect(lines).toHaveLength(digitsHeight(scale));
        for (const line of lines) expect(line).toHaveLength(digitsWidth(number.length, scale));
      }
    expect(digits('42', 1)).toEqual(['█ █ ▀▀█', '▀▀█ █▀▀', '  ▀ ▀▀▀']);
  });
});
