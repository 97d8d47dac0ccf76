/** Things of one kind in a row: how many, and since when (ns since the recording began). */
export class Streak {
  count = 0;
  startNs = 0;

  add(atNs: number): void {
    if (this.count === 0) this.startNs = atNs;
    this.count++;
  }

  /** Begins anew. */
  forget(): void {
    this.count = 0;
  }
}
