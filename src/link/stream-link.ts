import type { BoardIdentity, FrameBlock } from '../block.js';
import type { Board } from '../board/board.js';
import { makeFastClock } from '../clock.js';
import { drainRing, type PlacedEvent } from './drain-ring.js';
import { sampleAsync } from './drive.js';
import { identifyAsync } from './handshake.js';
import { type Link, type LinkKind, type LinkSampling, ringSamples } from './link.js';
import { SampleRing } from './ring.js';
import { Sampler, type SamplingOutcome } from './sampler.js';
import { openStream } from './serial-port.js';
import { StreamWire } from './stream-wire.js';
import type { AsyncWire } from './wire.js';

/** The portable link: serialport's stream, on the main thread. @throws UserError (no board) */
export async function openStreamLink(path: string): Promise<Link> {
  const port = await openStream(path);
  const close = () =>
    new Promise<void>((resolve) => {
      if (port.isOpen) port.close(() => resolve());
      else resolve();
    });
  try {
    return await openAsyncLink('stream', path, new StreamWire(port), close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** A link over any wire that is awaited. @throws UserError (no board) */
export async function openAsyncLink(
  kind: LinkKind,
  path: string,
  wire: AsyncWire,
  close: () => Promise<void>,
): Promise<Link> {
  const { board, identity } = await identifyAsync(path, wire);
  return new AsyncLink(kind, board, identity, wire, close);
}

class AsyncLink implements Link {
  private readonly ring: SampleRing;

  constructor(
    readonly kind: LinkKind,
    readonly board: Board,
    readonly identity: BoardIdentity,
    private readonly wire: AsyncWire,
    readonly close: () => Promise<void>,
  ) {
    this.ring = new SampleRing(SampleRing.allocate(ringSamples, board.frameBytes), board.frameBytes);
  }

  sample(options: LinkSampling): AsyncGenerator<FrameBlock, SamplingOutcome> {
    const events: PlacedEvent[] = [];
    const sampler = new Sampler(this.board, this.ring, {
      clock: makeFastClock(options.originNs),
      rateHz: options.rateHz,
      endNs: options.endNs,
      onEvent: (event) => events.push({ at: this.ring.head, event }),
    });
    return drainRing(this.ring, events, sampleAsync(sampler, this.wire));
  }

  stop(): void {
    this.ring.requestStop();
  }
}
