/** Where a block of frames stands in its file. */
export interface BlockHead {
  readonly at: number;
  /** Behind its checksum. */
  readonly endsAt: number;
  /** Of its first frame, in its own recording's time. */
  readonly baseNs: number;
}

/** More than a page asks for in an hour; then they are found anew. */
const most = 4096;

/** The blocks that have been come across, in order, so that the next search begins between two of them. */
export class KnownHeads {
  readonly #heads: BlockHead[] = [];

  add(head: BlockHead): void {
    if (this.#heads.length >= most) this.#heads.length = 0;
    const place = this.#behind((each) => each.at <= head.at);
    if (this.#heads[place - 1]?.at !== head.at) this.#heads.splice(place, 0, head);
  }

  /** The last that begins at or before an instant, and the one behind it. */
  around(ns: number): readonly [BlockHead | undefined, BlockHead | undefined] {
    const place = this.#behind(({ baseNs }) => baseNs <= ns);
    return [this.#heads[place - 1], this.#heads[place]];
  }

  /** How many of them, from the first on, something holds of. */
  #behind(holds: (head: BlockHead) => boolean): number {
    let [first, behind] = [0, this.#heads.length];
    while (first < behind) {
      const middle = (first + behind) >> 1;
      if (holds(this.#heads[middle]!)) first = middle + 1;
      else behind = middle;
    }
    return first;
  }
}
