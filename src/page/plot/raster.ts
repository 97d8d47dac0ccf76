/** A colour without its alpha, as it stands in a little-endian pixel. */
export function pixelOf(colour: string): number {
  const rgb = Number.parseInt(colour.slice(1), 16);
  return ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16);
}

const opaque = 255;
/** Red and blue of a pixel, or green and alpha where it is shifted: two at once fit into a multiplication. */
const everyOther = 0x00ff_00ff;
/** Turned at once, so that both sides of it stay in the processor's cache. */
const tileShift = 5;
const tile = 1 << tileShift;
/** Of tiles over one another. */
const mostRows = 31;

/**
 * Pixels that are painted in columns, much faster than a canvas draws as many lines. They are kept column by column, with their
 * colours already weighted with their alpha, and become an image at the end.
 */
export class Raster {
  readonly #image: ImageData;
  readonly #pixels: Int32Array;
  readonly #out: Int32Array;
  /** By columns of tiles, a bit for each row of them: what is painted, and what was in the image before. */
  readonly #painted: Int32Array;
  readonly #shown: Int32Array;
  readonly #rowShift: number;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#image = new ImageData(width, height);
    this.#out = new Int32Array(this.#image.data.buffer);
    this.#pixels = new Int32Array(width * height);
    this.#painted = new Int32Array(Math.ceil(width / tile));
    this.#shown = this.#painted.slice();
    // So high that their rows have a bit each.
    this.#rowShift = Math.max(tileShift, Math.ceil(Math.log2(height / mostRows)));
  }

  clear(): void {
    const { height } = this;
    for (let at = 0; at < this.#painted.length; at++) {
      const right = Math.min((at + 1) << tileShift, this.width);
      for (let x = at << tileShift; x < right; x++)
        eachRun(this.#painted[at]!, (first, behind) => {
          const bottom = Math.min(behind << this.#rowShift, height);
          this.#pixels.fill(0, x * height + (first << this.#rowShift), x * height + bottom);
        });
      this.#painted[at] = 0;
    }
  }

  /**
   * Paints column `x` from `top` to `bottom`; of a pixel that is covered in part, a part of the colour.
   * @param alpha 0 to 255
   */
  span(x: number, top: number, bottom: number, colour: number, alpha: number): void {
    const from = Math.max(top, 0);
    const to = Math.min(bottom, this.height);
    if (!(from < to)) return;
    const column = x * this.height;
    const first = Math.floor(from);
    const last = Math.ceil(to) - 1;
    this.#painted[x >>> tileShift]! |= (2 << (last >>> this.#rowShift)) - (1 << (first >>> this.#rowShift));
    if (first === last) {
      this.#paint(column + first, column + first + 1, colour, alpha * (to - from));
      return;
    }
    this.#paint(column + first, column + first + 1, colour, alpha * (first + 1 - from));
    this.#paint(column + first + 1, column + last, colour, alpha);
    this.#paint(column + last, column + last + 1, colour, alpha * (to - last));
  }

  /** What was painted, as a canvas takes it. */
  finish(): ImageData {
    const { width, height } = this;
    const pixels = this.#pixels;
    const out = this.#out;
    let [known, plain] = [0, 0];
    for (let at = 0; at < this.#painted.length; at++) {
      const left = at << tileShift;
      const right = Math.min(left + tile, width);
      eachRun(this.#painted[at]! | this.#shown[at]!, (first, behind) => {
        const over = Math.min(behind << this.#rowShift, height);
        for (let top = first << this.#rowShift; top < over; top += tile) {
          const bottom = Math.min(top + tile, over);
          for (let x = left; x < right; x++) {
            let to = top * width + x;
            for (let n = x * height + top, end = x * height + bottom; n < end; n++, to += width) {
              const pixel = pixels[n]!;
              // Most are as the one above.
              if (pixel !== known) {
                known = pixel;
                plain = unweighted(pixel);
              }
              out[to] = plain;
            }
          }
        }
      });
    }
    this.#shown.set(this.#painted);
    return this.#image;
  }

  #paint(from: number, to: number, colour: number, alpha: number): void {
    const whole = Math.round(alpha);
    const pixels = this.#pixels;
    const own = weighted(colour, whole);
    if (whole === opaque) {
      pixels.fill(own, from, to);
      return;
    }
    // Of 256, so that a shift divides.
    const rest = 256 - whole - (whole >> 7);
    for (let at = from; at < to; at++) {
      const below = pixels[at]!;
      if (below === 0) pixels[at] = own;
      else {
        const redBlue = (Math.imul(below & everyOther, rest) >>> 8) & everyOther;
        const greenAlpha = Math.imul((below >>> 8) & everyOther, rest) & ~everyOther;
        pixels[at] = own + (redBlue | greenAlpha);
      }
    }
  }
}

/** Bits that are set, in runs: from the first up to the one behind the last. */
function eachRun(bits: number, call: (first: number, behind: number) => void): void {
  for (let rest = bits, from = 0; rest !== 0; ) {
    const first = from + ctz(rest);
    rest = bits >>> first;
    const behind = first + ctz(~rest);
    call(first, behind);
    from = behind;
    rest = bits >>> behind;
  }
}

/** How many bits stand unset below the lowest that is. */
const ctz = (bits: number): number => 31 - Math.clz32(bits & -bits);

function weighted(colour: number, alpha: number): number {
  const part = (shift: number) => Math.floor((((colour >> shift) & 0xff) * alpha) / opaque) << shift;
  return (alpha << 24) | part(16) | part(8) | part(0);
}

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
