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

/**
 * Pixels that are painted in columns, much faster than a canvas draws as many lines. They are kept column by column, with their
 * colours already weighted with their alpha, and become an image at the end.
 */
export class Raster {
  readonly #image: ImageData;
  readonly #pixels: Int32Array;
  readonly #out: Int32Array;
  /** By tile of columns, from where to where it is painted, and was in the image before. */
  readonly #tops: Int32Array;
  readonly #bottoms: Int32Array;
  readonly #topsBefore: Int32Array;
  readonly #bottomsBefore: Int32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#image = new ImageData(width, height);
    this.#out = new Int32Array(this.#image.data.buffer);
    this.#pixels = new Int32Array(width * height);
    const tiles = Math.ceil(width / tile);
    this.#tops = new Int32Array(tiles).fill(height);
    this.#bottoms = new Int32Array(tiles);
    this.#topsBefore = this.#tops.slice();
    this.#bottomsBefore = this.#bottoms.slice();
  }

  clear(): void {
    this.#pixels.fill(0);
    this.#tops.fill(this.height);
    this.#bottoms.fill(0);
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
    const at = x >>> tileShift;
    if (first < this.#tops[at]!) this.#tops[at] = first;
    if (last >= this.#bottoms[at]!) this.#bottoms[at] = last + 1;
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
    for (let left = 0; left < width; left += tile) {
      const right = Math.min(left + tile, width);
      const at = left >>> tileShift;
      const over = Math.max(this.#bottoms[at]!, this.#bottomsBefore[at]!);
      for (let top = Math.min(this.#tops[at]!, this.#topsBefore[at]!); top < over; top += tile) {
        const bottom = Math.min(top + tile, over);
        for (let x = left; x < right; x++) {
          let to = top * width + x;
          for (let n = x * height + top, behind = x * height + bottom; n < behind; n++, to += width) {
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
    }
    this.#topsBefore.set(this.#tops);
    this.#bottomsBefore.set(this.#bottoms);
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
