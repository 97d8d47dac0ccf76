import type { EndReason } from '../../stream/event.js';
import type { SampleBlock } from '../../stream/sample-block.js';

/** A sink that sees from where to where a track has samples, and why it ended. Instants in µs. */
export class TrackReach {
  /** Null before the first sample, as the others. */
  firstUs: number | null = null;
  lastUs: number | null = null;
  /** When the first sample was asked for, and when the last one had come. */
  requestUs: number | null = null;
  replyUs: number | null = null;
  end: EndReason | null = null;

  begin(): void {}

  write({
    count,
    timeUs,
    earliestNs,
    latestNs,
    events,
  }: Pick<SampleBlock, 'count' | 'timeUs' | 'earliestNs' | 'latestNs' | 'events'>): void {
    if (count > 0) {
      this.firstUs ??= timeUs[0]!;
      this.lastUs = timeUs[count - 1]!;
      this.requestUs ??= earliestNs[0]! / 1000;
      this.replyUs = latestNs[count - 1]! / 1000;
    }
    for (const event of events) if (event.type === 'end') this.end = event.reason;
  }

  async finish(): Promise<void> {}
}
