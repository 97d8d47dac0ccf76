import type { Instrument } from '../../board/board.js';
import { makeFastClock } from '../../clock.js';
import type { FrameBlock } from '../../stream/frame-block.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import { drainRing, type PlacedEvent, Turns } from '../drain-ring.js';
import { driveAsync } from '../drive.js';
import { identifyAsync } from '../identity/handshake.js';
import type { Answerer } from '../identity/identified.js';
import {
  type Expected,
  type Link,
  type LinkKind,
  type LinkSampling,
  ringSamples,
  type SamplingOutcome,
} from '../link.js';
import { makeSampling } from '../listening/sampling.js';
import { openStream } from '../port/serial-port.js';
import { SampleRing } from '../ring.js';
import type { AsyncWire } from '../wire.js';
import { StreamWire } from './stream-wire.js';

/** The portable link: serialport's stream, on the main thread. @throws UserError (no board) */
export async function openStreamLink(path: string, expected?: Expected): Promise<Link> {
  const port = await openStream(path);
  const close = () =>
    new Promise<void>((resolve) => {
      if (port.isOpen) port.close(() => resolve());
      else resolve();
    });
  try {
    return await openAsyncLink('stream', path, new StreamWire(port), close, expected);
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
  expected?: Expected,
): Promise<Link> {
  return new AsyncLink(kind, await identifyAsync(path, wire, expected), wire, close);
}

class AsyncLink implements Link {
  readonly priority = null;
  readonly board: Instrument;
  readonly identity: BoardIdentity;
  readonly #ring: SampleRing;
  #turns: Turns | undefined;

  readonly #identified: Answerer;
  readonly #wire: AsyncWire;

  constructor(
    readonly kind: LinkKind,
    identified: Answerer,
    wire: AsyncWire,
    readonly close: () => Promise<void>,
  ) {
    this.#identified = identified;
    this.#wire = wire;
    this.board = identified.board;
    this.identity = identified.identity;
    const { frameBytes } = this.board;
    this.#ring = new SampleRing(SampleRing.allocate(ringSamples(this.board), frameBytes), frameBytes);
  }

  sample(options: LinkSampling): AsyncGenerator<FrameBlock, SamplingOutcome> {
    const events: PlacedEvent[] = [];
    const sampling = makeSampling(this.#identified, this.#ring, {
      clock: makeFastClock(options.originNs),
      rateHz: options.rateHz,
      endNs: options.endNs,
      onEvent: (event) => events.push({ at: this.#ring.head, event }),
    });
    const outcome = driveAsync(sampling, this.#wire).then(() => sampling.outcome);
    outcome.catch(() => {}); // `drainRing` throws it to the consumer of the blocks
    this.#turns = new Turns(options.handOverMs);
    return drainRing(this.#ring, events, outcome, this.#turns);
  }

  handOver(): void {
    this.#turns?.now();
  }

  stop(): void {
    this.#ring.requestStop();
  }
}
