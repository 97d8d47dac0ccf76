import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type ColumnPainter, pixelOf, Raster } from '../../src/page/plot/raster.js';

const [width, height] = [2, 150];

interface Span {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly colour: number;
  readonly alpha: number;
}

const row = fc.integer({ min: -5000, max: (height + 5) * 1000 }).map((thousandths) => thousandths / 1000);
const span: fc.Arbitrary<Span> = fc.record({
  x: fc.nat(width - 1),
  top: fc.oneof(row, fc.integer({ min: -2, max: height + 2 })),
  bottom: fc.oneof(row, fc.integer({ min: -2, max: height + 2 })),
  colour: fc.nat(0xff_ff_ff),
  alpha: fc.oneof(fc.nat(255), fc.constant(255)),
});

const few = fc.array(span, { maxLength: 5 });
/** More than a column has room for at first. */
const many = fc.array(span, { minLength: 100, maxLength: 200 });

beforeAll(() => {
  vi.stubGlobal(
    'ImageData',
    class {
      readonly data: Uint8ClampedArray;
      constructor(columns: number, rows: number) {
        this.data = new Uint8ClampedArray(columns * rows * 4);
      }
    },
  );
});
afterAll(() => {
  vi.unstubAllGlobals();
});

/** Red, green and blue times alpha, and alpha, 0 … 255, of each pixel, row by row: one over the other as light goes through them. */
function expected(spans: readonly Span[]): number[][] {
  const pixels = Array.from({ length: width * height }, () => [0, 0, 0, 0]);
  for (const { x, top, bottom, colour, alpha } of spans)
    for (let y = 0; y < height; y++) {
      const covered = Math.min(bottom, y + 1) - Math.max(top, y);
      if (covered <= 0) continue;
      const share = (alpha * covered) / 255;
      const at = y * width + x;
      const own = [colour >> 16, (colour >> 8) & 0xff, colour & 0xff, 255];
      pixels[at] = pixels[at]!.map((below, n) => own[n]! * share + below * (1 - share));
    }
  return pixels;
}

function painted(raster: Raster, spans: readonly Span[]): number[][] {
  const painters = spans.map(({ x, top, bottom, colour, alpha }): ColumnPainter => {
    const pixel = pixelOf(`#${colour.toString(16).padStart(6, '0')}`);
    return (raster, column) => {
      if (column === x) raster.span(top, bottom, pixel, alpha);
    };
  });
  const { data } = raster.paint(painters);
  return Array.from({ length: width * height }, (_, n) => {
    const [red, green, blue, alpha] = data.subarray(n * 4, n * 4 + 4) as unknown as number[];
    return [...[red!, green!, blue!].map((part) => (part * alpha!) / 255), alpha!];
  });
}

it('paints spans over one another, however many, whatever it painted before', () => {
  const raster = new Raster(width, height);
  fc.assert(
    fc.property(fc.oneof(few, many), (spans) => {
      const found = painted(raster, spans);
      // Each span may round each part down once where it lies, and where it is blended.
      for (const [n, pixel] of expected(spans).entries())
        for (const [part, value] of pixel.entries())
          expect(Math.abs(found[n]![part]! - value)).toBeLessThan(2 + most(spans, n));
    }),
    { numRuns: 100, endOnFailure: true },
  );
});

/** How many spans may lie over a pixel. */
const most = (spans: readonly Span[], n: number): number => {
  const [x, y] = [n % width, Math.floor(n / width)];
  return spans.filter((each) => each.x === x && each.top < y + 1 && each.bottom > y).length;
};
