/** A colour without its alpha, as it stands in a little-endian pixel. */
export function pixelOf(colour: string): number {
  const rgb = Number.parseInt(colour.slice(1), 16);
  return ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16);
}

const opaque = 255;
/** Red and blue of a pixel, or green and alpha where it is shifted: two at once fit into a multiplication. */
const everyOther = 0x00ff_00ff;
/** Of a run: the row behind it, its pixel, and where the next one stands; rounded up to a power of two. */
const [end, pixel, next, slots] = [0, 1, 2, 4];
/** Runs that a column has room for at first. */
const firstRoom = 64;
/** Runs that one span adds: it may split one at each end, and one behind each row that it covers in part. */
const mostAdded = 4;

/**
 * Pixels that are painted in columns, much faster than a canvas draws as many lines. Each column is kept as runs of rows that look alike,
 * from the top down, with their colours already weighted with their alpha; it becomes pixels at the end, each of them once.
 */
export class Raster {
  readonly #image: ImageData;
  readonly #out: Int32Array;
  /** By columns, all with the same room. */
  #runs: Int32Array;
  #room = firstRoom;
  /** How many runs each column has. */
  readonly #counts: Int32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#image = new ImageData(width, height);
    this.#out = new Int32Array(this.#image.data.buffer);
    this.#runs = new Int32Array(width * this.#room * slots);
    this.#counts = new Int32Array(width);
    this.clear();
  }

  clear(): void {
    this.#counts.fill(1);
    for (let x = 0; x < this.width; x++) {
      const first = this.#first(x);
      this.#runs[first + end] = this.height;
      this.#runs[first + pixel] = 0;
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
    if (this.#counts[x]! + mostAdded > this.#room) this.#grow();
    const first = Math.floor(from);
    const last = Math.ceil(to) - 1;
    let run = this.#runFrom(x, first);
    if (first === last) {
      this.#paint(x, run, last + 1, colour, alpha * (to - from));
      return;
    }
    run = this.#paint(x, run, first + 1, colour, alpha * (first + 1 - from));
    if (first + 1 < last) run = this.#paint(x, run, last, colour, alpha);
    this.#paint(x, run, last + 1, colour, alpha * (to - last));
  }

  /** What was painted, as a canvas takes it. */
  finish(): ImageData {
    const { width, height } = this;
    const runs = this.#runs;
    const out = this.#out;
    out.fill(0);
    for (let x = 0; x < width; x++) {
      let run = this.#first(x);
      let to = x;
      for (let row = 0; row < height; run = runs[run + next]!) {
        const behind = runs[run + end]!;
        const plain = unweighted(runs[run + pixel]!);
        if (plain === 0) to += (behind - row) * width;
        else for (; row < behind; row++, to += width) out[to] = plain;
        row = behind;
      }
    }
    return this.#image;
  }

  #first(x: number): number {
    return x * this.#room * slots;
  }

  /** The run that begins at a row. */
  #runFrom(x: number, row: number): number {
    const runs = this.#runs;
    let run = this.#first(x);
    let begin = 0;
    while (runs[run + end]! <= row) {
      begin = runs[run + end]!;
      run = runs[run + next]!;
    }
    return begin < row ? this.#split(x, run, row) : run;
  }

  /** Paints from the beginning of a run up to a row. @returns the run behind */
  #paint(x: number, from: number, behind: number, colour: number, alpha: number): number {
    const whole = Math.round(alpha);
    const own = weighted(colour, whole);
    // Of 256, so that a shift divides.
    const rest = whole === opaque ? 0 : 256 - whole - (whole >> 7);
    const runs = this.#runs;
    for (let run = from; ; run = runs[run + next]!) {
      if (runs[run + end]! > behind) this.#split(x, run, behind);
      const below = runs[run + pixel]!;
      const redBlue = (Math.imul(below & everyOther, rest) >>> 8) & everyOther;
      const greenAlpha = Math.imul((below >>> 8) & everyOther, rest) & ~everyOther;
      runs[run + pixel] = own + (redBlue | greenAlpha);
      if (runs[run + end] === behind) return runs[run + next]!;
    }
  }

  /** Two runs of one. @returns the second, which begins at the row */
  #split(x: number, run: number, row: number): number {
    const runs = this.#runs;
    const made = this.#first(x) + this.#counts[x]!++ * slots;
    runs[made + end] = runs[run + end]!;
    runs[made + pixel] = runs[run + pixel]!;
    runs[made + next] = runs[run + next]!;
    runs[run + end] = row;
    runs[run + next] = made;
    return made;
  }

  /** Twice the room for each column. */
  #grow(): void {
    const [before, length] = [this.#runs, this.#room * slots];
    this.#room *= 2;
    this.#runs = new Int32Array(2 * before.length);
    for (let x = 0; x < this.width; x++) {
      const [from, to] = [x * length, this.#first(x)];
      this.#runs.set(before.subarray(from, from + length), to);
      for (let n = 0; n < length; n += slots) this.#runs[to + n + next]! += to - from;
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
