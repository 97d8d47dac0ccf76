import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { errorText } from '../../errors.js';
import { loadSystemCalls } from '../../link/tty/system-calls.js';
import { errorName, loadDescriptorCalls, pollGone, pollIn, pollOut } from './descriptors.js';
import { type OutputMark, OutputMatcher } from './matcher.js';
import { type FromPump, type PumpData, type PumpEnd, shared, stage } from './messages.js';

/** The thread that hands the command's output through: what it read is written before it is looked at. */

const { sourceFd, sinkFd, sinkTakesPart, wakeFd, patterns, shared: memory } = workerData as PumpData;
const { EAGAIN, EINTR, EIO, EPIPE } = constants.errno;
const port = parentPort!;
const post = (message: FromPump): void => port.postMessage(message);

/** What a pipe holds, and what it can be made to hold: more than that behind the command's end is somebody else's. */
const pieceBytes = 64 * 1024;
const pipeBytesMax = 1024 * 1024;
/** Where a write waits until all is taken: so much does not, where poll says that there is room. */
const carefulBytes = 4096;
/** How long a reader that does not take the last bytes is waited for where nobody else waits. */
const lastWaitMs = 200;
/** What a terminal's far end was written last is on its way for a moment. */
const lastBytesMs = 50;

const { read, write, addressOf } = loadSystemCalls();
const { poll } = loadDescriptorCalls();
const piece = Buffer.alloc(pieceBytes);
const pieceAt = addressOf(piece);
const wakes = Buffer.alloc(8);
const wakesAt = addressOf(wakes);
const seen = new Int32Array(memory);
let marks: OutputMark[] = [];
const matcher = patterns.length > 0 ? new OutputMatcher(patterns, (mark) => void marks.push(mark)) : null;
/** Of a write that failed though somebody reads; null for none. */
let writeError: string | null = null;

const wakeUp = { fd: wakeFd, events: pollIn };
const stageNow = (): number => Atomics.load(seen, shared.stage);

function takeWake(): void {
  read(wakeFd, wakesAt, wakes.length);
}

function match(look: (matcher: OutputMatcher) => void): void {
  if (!matcher) return;
  Atomics.add(seen, shared.turn, 1);
  look(matcher);
  Atomics.add(seen, shared.turn, 1);
  if (marks.length === 0) return;
  post({ type: 'marks', marks });
  marks = [];
}

/** How it ended, where it did. */
function writeAll(bytes: Uint8Array): PumpEnd | null {
  let mayWait = !sinkTakesPart;
  for (let rest = bytes; rest.length > 0; ) {
    if (mayWait) {
      const abandoned = stageNow() === stage.abandoned;
      const waited = abandoned ? [] : [wakeUp];
      const [sink = 0, wake = 0] = poll(
        [{ fd: sinkFd, events: pollOut }, ...waited],
        abandoned ? lastWaitMs : -1,
      );
      if (wake & pollIn) takeWake();
      if (sink & pollGone) return 'unread';
      if (sink === 0 && abandoned) return 'abandoned';
      if (!(sink & pollOut)) continue;
    }
    const count = write(
      sinkFd,
      addressOf(rest),
      sinkTakesPart ? rest.length : Math.min(rest.length, carefulBytes),
    );
    mayWait = !sinkTakesPart || count === -EAGAIN;
    if (count >= 0) rest = rest.subarray(count);
    else if (count !== -EAGAIN && count !== -EINTR) {
      if (count !== -EPIPE && count !== -EIO) writeError = errorName(-count);
      return 'unread';
    }
  }
  return null;
}

function pump(): PumpEnd {
  for (let behindEnd = 0; behindEnd < pipeBytesMax; ) {
    const [source = 0, sink = 0, wake = 0] = poll(
      [{ fd: sourceFd, events: pollIn }, { fd: sinkFd, events: 0 }, wakeUp],
      stageNow() === stage.running ? -1 : lastBytesMs,
    );
    if (wake & pollIn) takeWake();
    if (sink & pollGone) return 'unread';
    if (source === 0 && wake === 0) return 'held';
    if (source === 0) continue;
    const count = read(sourceFd, pieceAt, pieceBytes);
    if (count === -EAGAIN || count === -EINTR) continue;
    if (count <= 0) return 'ended'; // a terminal's end is an error
    const seenNs = process.hrtime.bigint();
    const bytes = piece.subarray(0, count);
    const end = writeAll(bytes);
    match((each) => each.push(bytes, seenNs));
    if (end) return end;
    if (stageNow() !== stage.running) behindEnd += count;
  }
  return 'held';
}

try {
  post({ type: 'ready' });
  const end = pump();
  // At once: the writer must hear of it.
  if (end === 'unread') closeSync(sourceFd);
  match((each) => each.end(process.hrtime.bigint()));
  post({ type: 'done', end, error: writeError });
} catch (error) {
  post({ type: 'failed', message: errorText(error) });
}
