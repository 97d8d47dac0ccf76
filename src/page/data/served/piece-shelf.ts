import type { HeldPiece } from './held-piece.js';

/** What may lie here, bytes; a first picture is kept beside. */
const mostBytes = 96 << 20;

/** As wide may an interval be at the end of a recording under way, pixels. */
const mostFollowedPx = 4;

interface Asked {
  readonly fromUs: number;
  readonly toUs: number;
  /** How fine it was asked for, µs. */
  readonly wantedUs: number;
}

/** Pieces of one run. Those that nobody looked at for longest go when there are too many. */
export class PieceShelf {
  #pieces: { readonly piece: HeldPiece; readonly asked: Asked; readonly isKept: boolean }[] = [];
  #turn = 0;

  /** @param asked where the server has nothing finer than this, it is as fine as was asked for */
  put(piece: HeldPiece, isKept: boolean, asked: Asked): void {
    piece.usedAt = ++this.#turn;
    this.#pieces = this.#pieces.filter((old) => {
      const isOver = asked.fromUs <= old.piece.fromUs && asked.toUs >= old.piece.toUs;
      return old.isKept || !(isOver && (old.piece.isStale || piece.intervalUs <= old.piece.intervalUs));
    });
    this.#pieces.push({ piece, asked, isKept });
    let bytes = this.#pieces.reduce((sum, each) => sum + each.piece.bytes, 0);
    const oldestFirst = this.#pieces
      .filter((each) => !each.isKept && each.piece !== piece)
      .sort((a, b) => a.piece.usedAt - b.piece.usedAt);
    for (const each of oldestFirst) {
      if (bytes <= mostBytes) break;
      bytes -= each.piece.bytes;
      this.#pieces = this.#pieces.filter((other) => other !== each);
    }
  }

  /** Everything that touches a stretch, in the order in which it is drawn. */
  coarsestFirst(fromUs: number, toUs: number, tail: HeldPiece | null): HeldPiece[] {
    const touching = [...this.#pieces.map(({ piece }) => piece), ...(tail ? [tail] : [])].filter(
      (piece) => !piece.isEmpty && piece.fromUs < toUs && piece.toUs > fromUs,
    );
    for (const piece of touching) piece.usedAt = ++this.#turn;
    return touching.sort((a, b) => Number(b.isStale) - Number(a.isStale) || b.intervalUs - a.intervalUs);
  }

  /** The finest that holds all of a stretch. */
  finestOver(fromUs: number, toUs: number): HeldPiece | null {
    const holding = this.#pieces.filter(({ piece }) => !piece.isEmpty && piece.covers(fromUs, toUs));
    return holding.sort((a, b) => a.piece.intervalUs - b.piece.intervalUs)[0]?.piece ?? null;
  }

  /** Whether a stretch is here as fine as columns of so many µs show it, or as the server has it. */
  covers(fromUs: number, toUs: number, columnUs: number, tail: HeldPiece | null): boolean {
    const fine: { readonly fromUs: number; readonly toUs: number }[] = this.#fine(columnUs);
    // Whoever follows a recording sees what is pushed, and what has not been is not here yet: neither is asked for at each push.
    const isFollowed = tail !== null && toUs >= tail.toUs;
    if (tail && tail.intervalUs <= columnUs * (isFollowed ? mostFollowedPx : 1))
      fine.push({ fromUs: tail.fromUs, toUs: isFollowed ? toUs : tail.toUs });
    let reachedUs = fromUs;
    for (const each of fine.sort((a, b) => a.fromUs - b.fromUs)) {
      if (each.fromUs > reachedUs) break;
      reachedUs = Math.max(reachedUs, each.toUs);
    }
    return reachedUs >= toUs;
  }

  /** Whether one piece that is so fine holds all of a stretch. */
  holds(fromUs: number, toUs: number, columnUs: number): boolean {
    return this.#fine(columnUs).some((each) => each.fromUs <= fromUs && each.toUs >= toUs);
  }

  /** Whether some of a stretch is here so fine. */
  touches(fromUs: number, toUs: number, columnUs: number): boolean {
    return this.#fine(columnUs).some((each) => each.fromUs < toUs && each.toUs > fromUs);
  }

  #fine(columnUs: number): Asked[] {
    return this.#pieces
      .filter(
        ({ piece, asked }) => !piece.isStale && (piece.intervalUs <= columnUs || asked.wantedUs <= columnUs),
      )
      .map(({ asked }) => asked);
  }

  /** More is known of what lies behind an instant, or of all: intervals that reach there are asked for again when they are wanted. */
  outdate(behindUs: number, isAll: boolean): void {
    for (const { piece, asked } of this.#pieces)
      if (piece.intervalUs > 0 && (isAll || asked.toUs > behindUs)) piece.isStale = true;
  }
}
