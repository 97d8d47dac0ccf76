/** Where a block of frames stands in its file. */
export interface BlockHead {
  readonly at: number;
  /** Behind its checksum. */
  readonly endsAt: number;
  /** Of its first frame, in its own recording's time. */
  readonly baseNs: number;
}

/** More are not kept, so that looking through them costs nothing beside a look at the file; then they are found anew. */
const most = 4096;

/** The blocks that have been come across, in order, so that the next search begins between two of them. */
export class KnownHeads {
  readonly #heads: BlockHead[] = [];

  add(head: BlockHead): void {
    if (this.#heads.length >= most) this.#heads.length = 0;
    const place = this.#heads.findLastIndex(({ at }) => at <= head.at) + 1;
    if (this.#heads[place - 1]?.at !== head.at) this.#heads.splice(place, 0, head);
  }

  /** The last that begins at or before an instant, and the one behind it. */
  around(ns: number): readonly [BlockHead | undefined, BlockHead | undefined] {
    const place = this.#heads.findLastIndex(({ baseNs }) => baseNs <= ns) + 1;
    return [this.#heads[place - 1], this.#heads[place]];
  }
}
