import type { RecordingEvent } from '../stream/event.js';
import { eventBlock, type FrameBlock } from '../stream/frame-block.js';
import { blockSamples, type SamplingOutcome, unwatchedMs } from './link.js';
import type { SampleRing } from './ring.js';

/** An event and its place in the stream: behind the sample that made the ring's head `at`. */
export interface PlacedEvent {
  readonly at: number;
  readonly event: RecordingEvent;
}

/**
 * Hands out what a sampler puts into a ring, at every turn, events in their place, until `outcome` is known
 * and the ring is empty. The consumer polls, so that the producer spends nothing on waking it.
 * @throws what `outcome` is rejected with, once everything is handed out
 */
export async function* drainRing(
  ring: SampleRing,
  events: PlacedEvent[],
  outcome: Promise<SamplingOutcome>,
  turns = new Turns(),
): AsyncGenerator<FrameBlock, SamplingOutcome> {
  turns.endWith(outcome);
  for (;;) {
    const { ended } = turns;
    yield* upTo(ring, events, ring.head);
    if (ended) {
      if (events.length > 0) yield eventBlock(events.splice(0).map((placed) => placed.event));
      return outcome;
    }
    await turns.next();
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
      yield eventBlock([next.event]);
    } else return;
  }
}

/**
 * When a ring is looked at: every so often, when somebody asks for it, and when the sampling ends. Not `Promise.race`:
 * whatever outlives the race, as the sampling does, keeps something of every race until it settles: 315 bytes each,
 * 4.5 MB an hour.
 */
export class Turns {
  ended = false;
  #wake: (() => void) | undefined;

  constructor(readonly everyMs: number = unwatchedMs) {}

  endWith(outcome: Promise<unknown>): void {
    const end = () => {
      this.ended = true;
      this.now();
    };
    outcome.then(end, end);
  }

  now(): void {
    this.#wake?.();
  }

  async next(): Promise<void> {
    if (this.ended) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, this.everyMs);
    });
    clearTimeout(timer);
  }
}
