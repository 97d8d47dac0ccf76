import type { Chance } from './chance.js';

/** What a device draws: a power made of straight pieces, so that its integral is exact at every instant. */
export class PowerCurve {
  readonly #startS: Float64Array;
  readonly #powerW: Float64Array;
  readonly #slopeWPerS: Float64Array;
  /** Up to each piece's start. */
  readonly #energyJ: Float64Array;
  #last = 0;

  constructor(pieces: readonly Piece[]) {
    this.#startS = Float64Array.from(pieces, ({ startS }) => startS);
    this.#powerW = Float64Array.from(pieces, ({ powerW }) => powerW);
    this.#slopeWPerS = Float64Array.from(pieces, ({ slopeWPerS }) => slopeWPerS);
    this.#energyJ = new Float64Array(pieces.length);
    for (let n = 1; n < pieces.length; n++) {
      const lengthS = this.#startS[n]! - this.#startS[n - 1]!;
      this.#energyJ[n] = this.#energyJ[n - 1]! + this.#within(n - 1, lengthS);
    }
  }

  powerAt(s: number): number {
    const piece = this.#find(s);
    return this.#powerW[piece]! + this.#slopeWPerS[piece]! * (s - this.#startS[piece]!);
  }

  /** J from the curve's start to `s`. */
  energyUntil(s: number): number {
    const piece = this.#find(s);
    return this.#energyJ[piece]! + this.#within(piece, s - this.#startS[piece]!);
  }

  energyBetween(fromS: number, toS: number): number {
    return this.energyUntil(toS) - this.energyUntil(fromS);
  }

  /** What an averaging sensor sees; of a window without length, the power at that instant. */
  meanOver(fromS: number, toS: number): number {
    return toS - fromS < 1e-9 ? this.powerAt(toS) : this.energyBetween(fromS, toS) / (toS - fromS);
  }

  /**
   * What a first-order low pass makes of the curve, exactly: of y' = (p − y)/τ the solution over each straight piece,
   * from the curve's start, where it has settled.
   */
  lowPass(timeConstantS: number): (s: number) => number {
    const settled = new Float64Array(this.#startS.length);
    settled[0] = this.#powerW[0]!;
    const after = (piece: number, forS: number): number => {
      const slope = this.#slopeWPerS[piece]!;
      const lagging = this.#powerW[piece]! - slope * timeConstantS;
      return lagging + slope * forS + (settled[piece]! - lagging) * Math.exp(-forS / timeConstantS);
    };
    for (let n = 1; n < settled.length; n++)
      settled[n] = after(n - 1, this.#startS[n]! - this.#startS[n - 1]!);
    return (s) => {
      const piece = this.#find(s);
      return after(piece, s - this.#startS[piece]!);
    };
  }

  /** A curve with the same corners, at powers that each differ by chance by a share of themselves. */
  varied(chance: Chance, share: number): PowerCurve {
    const corners = Array.from(this.#powerW, (powerW) => powerW * (1 + share * chance.normal()));
    return new PowerCurve(
      corners.map((powerW, n) => {
        const startS = this.#startS[n]!;
        const lengthS = (this.#startS[n + 1] ?? startS) - startS;
        return { startS, powerW, slopeWPerS: lengthS > 0 ? (corners[n + 1]! - powerW) / lengthS : 0 };
      }),
    );
  }

  #within(piece: number, forS: number): number {
    return forS * (this.#powerW[piece]! + 0.5 * this.#slopeWPerS[piece]! * forS);
  }

  /** The piece that holds `s`; instants mostly come in order, so the search starts where the last one ended. */
  #find(s: number): number {
    const starts = this.#startS;
    let low = this.#last;
    for (let step = 0; step < 4; step++) {
      if (starts[low]! <= s && (low + 1 === starts.length || s < starts[low + 1]!)) {
        this.#last = low;
        return low;
      }
      if (starts[low]! > s || low + 1 === starts.length) break;
      low++;
    }
    low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= s) low = middle;
      else high = middle;
    }
    this.#last = low;
    return low;
  }
}

export interface Piece {
  readonly startS: number;
  readonly powerW: number;
  readonly slopeWPerS: number;
}

/** Draws a curve from left to right. */
export class CurvePen {
  readonly #pieces: Piece[] = [];
  /** How long a change of level takes, s. */
  readonly #edgeS: number;
  atS: number;
  powerW: number;

  constructor(startS: number, powerW: number, edgeS: number) {
    this.atS = startS;
    this.powerW = powerW;
    this.#edgeS = edgeS;
  }

  /** A straight way to `powerW`, reached after `forS`. */
  line(forS: number, powerW: number): void {
    if (forS <= 0) return;
    this.#pieces.push({
      startS: this.atS,
      powerW: this.powerW,
      slopeWPerS: (powerW - this.powerW) / forS,
    });
    this.atS += forS;
    this.powerW = powerW;
  }

  /** `forS` at `powerW`, the edge that leads there included. */
  level(forS: number, powerW: number): void {
    const edgeS = Math.min(this.#edgeS, forS / 3);
    this.line(edgeS, powerW);
    this.line(forS - edgeS, powerW);
  }

  levelUntil(untilS: number, powerW: number): void {
    this.level(untilS - this.atS, powerW);
  }

  /** The curve, which stays at its last power. */
  curve(): PowerCurve {
    return new PowerCurve([...this.#pieces, { startS: this.atS, powerW: this.powerW, slopeWPerS: 0 }]);
  }
}
