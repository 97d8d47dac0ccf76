/** A colour without its alpha, as it stands in a little-endian pixel. */
export function pixelOf(colour: string): number {
  const rgb = Number.parseInt(colour.slice(1), 16);
  return ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16);
}

const opaque = 255;
/** Red and blue of a pixel, or green and alpha where it is shifted: two at once fit into a multiplication. */
const everyOther = 0x00ff_00ff;

/** Paints what it has to say of a column. */
export type ColumnPainter = (raster: Raster, x: number) => void;

/**
 * Pixels that are painted in columns, much faster than a canvas draws as many lines. The column that is painted is kept as runs of rows
 * that look alike, from the top down, with their colours already weighted with their alpha; it becomes pixels at the end, each of them once.
 */
export class Raster {
  readonly #image: ImageData;
  readonly #out: Int32Array;
  // Of each run: its first row, the row behind it, its pixel, and which run comes next. The first one begins at the top, and none is empty.
  readonly #begin: Int32Array;
  readonly #end: Int32Array;
  readonly #pixel: Int32Array;
  readonly #next: Int32Array;
  #count = 0;
  /** Where the last span began: the next one is most often near. */
  #near = 0;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#image = new ImageData(width, height);
    this.#out = new Int32Array(this.#image.data.buffer);
    this.#begin = new Int32Array(height);
    this.#end = new Int32Array(height);
    this.#pixel = new Int32Array(height);
    this.#next = new Int32Array(height);
  }

  /** Paints all columns, each with one painter over the other. @returns them as a canvas takes them, until it is painted anew */
  paint(painters: readonly ColumnPainter[]): ImageData {
    this.#out.fill(0);
    for (let x = 0; x < this.width; x++) {
      this.#count = 1;
      this.#near = 0;
      this.#end[0] = this.height;
      this.#pixel[0] = 0;
      for (const painter of painters) painter(this, x);
      this.#finish(x);
    }
    return this.#image;
  }

  /**
   * Paints the column from `top` to `bottom`; of a pixel that is covered in part, a part of the colour.
   * @param alpha 0 to 255
   */
  span(top: number, bottom: number, colour: number, alpha: number): void {
    const from = Math.max(top, 0);
    const to = Math.min(bottom, this.height);
    if (!(from < to)) return;
    const first = Math.floor(from);
    const last = Math.ceil(to) - 1;
    let run = this.#runFrom(first);
    this.#near = run;
    if (first === last) {
      this.#cover(run, last + 1, colour, alpha * (to - from));
      return;
    }
    run = this.#cover(run, first + 1, colour, alpha * (first + 1 - from));
    if (first + 1 < last) run = this.#cover(run, last, colour, alpha);
    this.#cover(run, last + 1, colour, alpha * (to - last));
  }

  #finish(x: number): void {
    const { width, height } = this;
    const out = this.#out;
    let to = x;
    for (let row = 0, run = 0; row < height; run = this.#next[run]!) {
      const behind = this.#end[run]!;
      const plain = unweighted(this.#pixel[run]!);
      if (plain === 0) to += (behind - row) * width;
      else for (; row < behind; row++, to += width) out[to] = plain;
      row = behind;
    }
  }

  /** The run that begins at a row. */
  #runFrom(row: number): number {
    let run = this.#begin[this.#near]! <= row ? this.#near : 0;
    while (this.#end[run]! <= row) run = this.#next[run]!;
    return this.#begin[run]! < row ? this.#split(run, row) : run;
  }

  /** Paints from the beginning of a run up to a row. @returns the run behind */
  #cover(from: number, behind: number, colour: number, alpha: number): number {
    const whole = Math.round(alpha);
    const own = weighted(colour, whole);
    // Of 256, so that a shift divides.
    const rest = whole === opaque ? 0 : 256 - whole - (whole >> 7);
    for (let run = from; ; run = this.#next[run]!) {
      if (this.#end[run]! > behind) this.#split(run, behind);
      const below = this.#pixel[run]!;
      const redBlue = (Math.imul(below & everyOther, rest) >>> 8) & everyOther;
      const greenAlpha = Math.imul((below >>> 8) & everyOther, rest) & ~everyOther;
      this.#pixel[run] = own + (redBlue | greenAlpha);
      if (this.#end[run] === behind) return this.#next[run]!;
    }
  }

  /** Two runs of one. @returns the second, which begins at the row */
  #split(run: number, row: number): number {
    const made = this.#count++;
    this.#begin[made] = row;
    this.#end[made] = this.#end[run]!;
    this.#pixel[made] = this.#pixel[run]!;
    this.#next[made] = this.#next[run]!;
    this.#end[run] = row;
    this.#next[run] = made;
    return made;
  }
}

function weighted(colour: number, alpha: number): number {
  const red = share((colour & 0xff) * alpha);
  const green = share(((colour >> 8) & 0xff) * alpha);
  const blue = share(((colour >> 16) & 0xff) * alpha);
  return (alpha << 24) | (blue << 16) | (green << 8) | red;
}

/** Divides by 255, rounding down; of 0 to 255². */
const share = (product: number): number => (product + 1 + (product >> 8)) >> 8;

/** By alpha, what takes the weight off, in 65,536ths. */
const unweights = Int32Array.from({ length: 256 }, (_, alpha) => (alpha === 0 ? 0 : (opaque << 16) / alpha));
const half = 1 << 15;

function unweighted(pixel: number): number {
  const alpha = pixel >>> 24;
  if (alpha === opaque || alpha === 0) return pixel;
  const times = unweights[alpha]!;
  const red = (Math.imul(pixel & 0xff, times) + half) >> 16;
  const green = (Math.imul((pixel >> 8) & 0xff, times) + half) >> 16;
  const blue = (Math.imul((pixel >> 16) & 0xff, times) + half) >> 16;
  return (alpha << 24) | (blue << 16) | (green << 8) | red;
}
