import { parentPort, workerData } from 'node:worker_threads';
import { boardById } from '../board/catalogue.js';
import { makeFastClock } from '../clock.js';
import { ExitCode, errorText, systemErrorCode, UserError } from '../errors.js';
import { sampleBlocking } from './drive.js';
import { identifyBlocking } from './handshake.js';
import { SampleRing } from './ring.js';
import { Sampler } from './sampler.js';
import { loadSystemCalls, NoSystemCalls } from './system-calls.js';
import type { FromTtyWorker, ToTtyWorker, TtyWorkerData } from './tty-messages.js';
import { TtyWire } from './tty-wire.js';

/** The sampling thread: identifies the board, waits for `start`, then blocks in the kernel until it ends. */

const { path, ringBuffer, frameBytes } = workerData as TtyWorkerData;
const port = parentPort!;
const ring = new SampleRing(ringBuffer, frameBytes);

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
  const wire = new TtyWire(path, loadSystemCalls(), (ms) => ring.sleep(ms));
  const { board, identity } = identifyBlocking(path, wire);
  post({ type: 'ready', identity });
  port.on('message', (message: ToTtyWorker) => {
    try {
      if (message.type === 'start') {
        const sampler = new Sampler(boardById(board.id)!, ring, {
          clock: makeFastClock(message.originNs),
          rateHz: message.rateHz,
          endNs: message.endNs,
          onEvent: (event) => post({ type: 'event', placed: { at: ring.head, event } }),
        });
        post({ type: 'done', outcome: sampleBlocking(sampler, wire) });
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
