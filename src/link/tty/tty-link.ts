import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Instrument } from '../../board/board.js';
import { ExitCode, UserError } from '../../errors.js';
import type { FrameBlock } from '../../stream/frame-block.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import { drainRing, type PlacedEvent, Turns } from '../drain-ring.js';
import type { Expected, Link, LinkSampling, SamplingOutcome } from '../link.js';
import { type ConfiguredPort, configurePort } from '../port/serial-port.js';
import { SampleRing } from '../ring.js';
import type { FromTtyWorker, ToTtyWorker, TtyWorkerData } from './tty-messages.js';

type Ready = Extract<FromTtyWorker, { type: 'ready' }>;

/**
 * The fast link, POSIX only: serialport configures and locks the port, and a thread of our own reads it with
 * blocking system calls through a second descriptor. serialport's own reads go through a poller and the thread pool
 * (node-serialport issues 1590, 1913, 2616), which costs several times the CPU.
 * @throws NoTtyLink; UserError (no board)
 */
export async function openTtyLink(path: string, expected?: Expected): Promise<Link> {
  const port = await configurePort(path);
  // Of threads from here on: to shrink the small heap of one that it takes for idle, V8 would hold up samples by some ms.
  setFlagsFromString('--no-memory-reducer');
  const worker = new Worker(join(__dirname, 'tty-worker.js'), {
    workerData: { path, expected } satisfies TtyWorkerData,
  });
  try {
    const ready = await new Promise<Ready>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: FromTtyWorker) => {
        if (message.type === 'ready') resolve(message);
        else reject(asError(message));
      });
    });
    return new TtyLink(port, worker, ready);
  } catch (error) {
    await port.close();
    throw error;
  }
}

/** Nothing here can read a tty the fast way: the stream link does. */
export class NoTtyLink extends UserError {
  constructor(reason: string) {
    super(
      `--link tty cannot be had here: koffi could not be loaded (${reason}); --link stream works`,
      ExitCode.noBoard,
    );
  }
}

function asError(message: FromTtyWorker): Error {
  if (message.type === 'unavailable') return new NoTtyLink(message.reason);
  if (message.type !== 'failed') return new Error(`unexpected ${message.type} from the sampling thread`);
  return message.exitCode === null
    ? new Error(message.message)
    : new UserError(message.message, message.exitCode);
}

class TtyLink implements Link {
  readonly kind = 'tty';
  readonly board: Instrument;
  readonly identity: BoardIdentity;
  readonly priority: string | null;
  readonly #ring: SampleRing;
  readonly #ended: Promise<void>;
  #turns: Turns | undefined;

  readonly #port: ConfiguredPort;
  readonly #worker: Worker;

  constructor(port: ConfiguredPort, worker: Worker, { board, identity, priority, ringBuffer }: Ready) {
    this.#port = port;
    this.#worker = worker;
    this.board = board;
    this.identity = identity;
    this.priority = priority;
    this.#ring = new SampleRing(ringBuffer, board.frameBytes);
    this.#ended = new Promise((resolve) => worker.once('exit', () => resolve()));
  }

  sample(options: LinkSampling): AsyncGenerator<FrameBlock, SamplingOutcome> {
    const events: PlacedEvent[] = [];
    const outcome = new Promise<SamplingOutcome>((resolve, reject) => {
      this.#worker.on('error', reject);
      this.#worker.on('message', (message: FromTtyWorker) => {
        if (message.type === 'event') events.push(message.placed);
        else if (message.type === 'done') resolve(message.outcome);
        else reject(asError(message));
      });
    });
    outcome.catch(() => {}); // `drainRing` throws it to the consumer of the blocks
    this.#post({ type: 'start', ...options });
    this.#turns = new Turns(options.handOverMs);
    return drainRing(this.#ring, events, outcome, this.#turns);
  }

  handOver(): void {
    this.#turns?.now();
  }

  stop(): void {
    this.#ring.requestStop();
  }

  async close(): Promise<void> {
    this.stop();
    this.#post({ type: 'close' });
    await this.#ended;
    await this.#port.close().catch(() => {}); // a port that is gone is closed already
  }

  #post(message: ToTtyWorker): void {
    this.#worker.postMessage(message);
  }
}
