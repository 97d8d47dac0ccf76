import { parentPort, workerData } from 'node:worker_threads';
import { makeFastClock } from '../../clock.js';
import { ExitCode, errorText, systemErrorCode, UserError } from '../../errors.js';
import { driveBlocking } from '../drive.js';
import { identifyBlocking } from '../identity/handshake.js';
import { ringSamples } from '../link.js';
import { makeSampling } from '../listening/sampling.js';
import { SampleRing } from '../ring.js';
import { loadSystemCalls, NoSystemCalls } from './system-calls.js';
import { ThreadPriority } from './thread-priority.js';
import type { FromTtyWorker, ToTtyWorker, TtyWorkerData } from './tty-messages.js';
import { TtyWire } from './tty-wire.js';

/** The sampling thread: identifies the board, waits for `start`, then blocks in the kernel until it ends. */

const { path, expected } = workerData as TtyWorkerData;
const port = parentPort!;

const post = (message: FromTtyWorker): void => port.postMessage(message);

function fail(error: unknown): void {
  if (error instanceof NoSystemCalls) post({ type: 'unavailable', reason: error.message });
  else if (error instanceof UserError)
    post({ type: 'failed', message: error.message, exitCode: error.exitCode });
  else if (systemErrorCode(error) === undefined)
    post({ type: 'failed', message: errorText(error), exitCode: null });
  // Gone between the two openings, or the device failed in a way of its own: no bug of ours.
  else post({ type: 'failed', message: `${path}: ${errorText(error)}`, exitCode: ExitCode.noBoard });
}

try {
  // Until it is known how long a frame is, there is no ring to sleep on, and nobody who would stop the sampling.
  let pause = (ms: number): void => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  };
  const wire = new TtyWire(path, loadSystemCalls(), (ms) => pause(ms));
  const identified = identifyBlocking(path, wire, expected);
  const { board, identity } = identified;
  const ring = new SampleRing(SampleRing.allocate(ringSamples(board), board.frameBytes), board.frameBytes);
  pause = (ms) => ring.sleep(ms);
  const priority = new ThreadPriority();
  post({ type: 'ready', board, identity, priority: priority.told, ringBuffer: ring.buffer });
  port.on('message', (message: ToTtyWorker) => {
    try {
      if (message.type === 'start') {
        const sampling = makeSampling(identified, ring, {
          clock: makeFastClock(message.originNs),
          rateHz: message.rateHz,
          endNs: message.endNs,
          onEvent: (event) => post({ type: 'event', placed: { at: ring.head, event } }),
          look: () => priority.look(),
        });
        driveBlocking(sampling, wire);
        post({ type: 'done', outcome: sampling.outcome });
      } else {
        wire.close();
        port.close();
      }
    } catch (error) {
      fail(error);
    }
  });
} catch (error) {
  fail(error);
  port.close();
}
