/** Frames that wait for their instants, side by side. */
export class Held {
  count = 0;
  readonly frames: Uint8Array;
  readonly stamps = new Float64Array(mostHeld);
  /** Bytes in front of each that were none. */
  readonly dropped = new Int32Array(mostHeld);
  /** On the instrument's clock, ns. */
  readonly deviceNs = new Float64Array(mostHeld);

  constructor(readonly frameBytes: number) {
    this.frames = new Uint8Array(mostHeld * frameBytes);
  }

  get isFull(): boolean {
    return this.count === mostHeld;
  }

  push(bytes: Uint8Array, at: number, stamp: number, dropped: number): void {
    const start = this.count * this.frameBytes;
    // Few bytes: a loop is quicker than a view of them.
    for (let n = 0; n < this.frameBytes; n++) this.frames[start + n] = bytes[at + n]!;
    this.stamps[this.count] = stamp;
    this.dropped[this.count] = dropped;
    this.count++;
  }

  dropFirst(frames: number): void {
    this.frames.copyWithin(0, frames * this.frameBytes, this.count * this.frameBytes);
    for (const column of [this.stamps, this.dropped, this.deviceNs]) column.copyWithin(0, frames, this.count);
    this.count -= frames;
  }

  clear(): void {
    this.count = 0;
  }
}

/** Three seconds at 20 kHz. */
const mostHeld = 65_536;
