/** A colour without its alpha, as it stands in a little-endian pixel. */
export function pixelOf(colour: string): number {
  const rgb = Number.parseInt(colour.slice(1), 16);
  return ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16);
}

const opaque = 255;

/** Pixels that are painted in columns, much faster than a canvas draws as many lines. */
export class Raster {
  readonly image: ImageData;
  readonly #pixels: Uint32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.image = new ImageData(width, height);
    this.#pixels = new Uint32Array(this.image.data.buffer);
  }

  clear(): void {
    this.#pixels.fill(0);
  }

  /**
   * Paints column `x` from `top` to `bottom`; of a pixel that is covered in part, a part of the colour.
   * @param alpha 0 to 255
   */
  span(x: number, top: number, bottom: number, colour: number, alpha: number): void {
    const from = Math.max(top, 0);
    const to = Math.min(bottom, this.height);
    if (!(from < to)) return;
    const first = Math.floor(from);
    const last = Math.ceil(to) - 1;
    if (first === last) {
      this.#blend(x, first, colour, alpha * (to - from));
      return;
    }
    this.#blend(x, first, colour, alpha * (first + 1 - from));
    this.#blend(x, last, colour, alpha * (to - last));
    const { width } = this;
    const pixels = this.#pixels;
    const whole = ((alpha << 24) | colour) >>> 0;
    const end = last * width + x;
    for (let at = (first + 1) * width + x; at < end; at += width) {
      if (alpha === opaque || pixels[at] === 0) pixels[at] = whole;
      else pixels[at] = over(pixels[at]!, colour, alpha);
    }
  }

  #blend(x: number, y: number, colour: number, alpha: number): void {
    const at = y * this.width + x;
    const whole = Math.round(alpha);
    if (whole === 0) return;
    const below = this.#pixels[at]!;
    this.#pixels[at] = below === 0 ? ((whole << 24) | colour) >>> 0 : over(below, colour, whole);
  }
}

/** A colour laid over a pixel, both with their alpha. */
function over(below: number, colour: number, alpha: number): number {
  const belowAlpha = ((below >>> 24) * (opaque - alpha)) / opaque;
  const sum = alpha + belowAlpha;
  const share = alpha / sum;
  const rest = 1 - share;
  const red = (colour & 0xff) * share + (below & 0xff) * rest;
  const green = ((colour >> 8) & 0xff) * share + ((below >> 8) & 0xff) * rest;
  const blue = ((colour >> 16) & 0xff) * share + ((below >> 16) & 0xff) * rest;
  return (
    ((Math.round(sum) << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0
  );
}
