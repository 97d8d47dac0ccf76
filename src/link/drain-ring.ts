import type { FrameBlock, RecordingEvent } from '../block.js';
import { blockSamples, handOverMs } from './link.js';
import type { SampleRing } from './ring.js';
import type { SamplingOutcome } from './sampler.js';

/** An event and its place in the stream: behind the sample that made the ring's head `at`. */
export interface PlacedEvent {
  readonly at: number;
  readonly event: RecordingEvent;
}

/**
 * Hands out what a sampler puts into a ring, a few times a second, events in their place, until `outcome` is known
 * and the ring is empty. The consumer polls, so that the producer spends nothing on waking it.
 */
export async function* drainRing(
  ring: SampleRing,
  events: PlacedEvent[],
  outcome: Promise<SamplingOutcome>,
): AsyncGenerator<FrameBlock, SamplingOutcome> {
  let settled: { outcome: SamplingOutcome } | undefined;
  const done = outcome.then((value) => {
    settled = { outcome: value };
  });
  for (;;) {
    const ended = settled;
    const head = ring.head;
    yield* upTo(ring, events, head);
    if (ended) {
      if (events.length > 0) yield emptyBlock(events.splice(0).map((placed) => placed.event));
      return ended.outcome;
    }
    await handOver(done);
  }
}

function* upTo(ring: SampleRing, events: PlacedEvent[], head: number): Generator<FrameBlock> {
  for (;;) {
    const next = events[0];
    const until = next && ((next.at - head) | 0) <= 0 ? next.at : head;
    const block = ring.peek(blockSamples, until);
    if (block) {
      yield block;
      ring.release(block.count);
    } else if (next && until === next.at) {
      events.shift();
      yield emptyBlock([next.event]);
    } else return;
  }
}

/** A block of events alone. */
export const emptyBlock = (events: readonly RecordingEvent[]): FrameBlock => ({
  count: 0,
  frames: new Uint8Array(0),
  requestNs: new Float64Array(0),
  replyNs: new Float64Array(0),
  events,
});

async function handOver(done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const pause = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, handOverMs);
  });
  await Promise.race([pause, done]);
  clearTimeout(timer);
}
