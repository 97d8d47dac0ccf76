import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { Worker } from 'node:worker_threads';
import { loadPseudoTerminals } from '../../simulator/port/pseudo-terminal.js';
import { endsPowerlog, type SignalRelay, type SignalTarget } from '../child/signals.js';
import { type DescriptorCalls, loadDescriptorCalls, type Pipe } from './descriptors.js';
import type { OutputMark } from './matcher.js';
import { type FromPump, type PumpData, type PumpEnd, shared, stage } from './messages.js';

const standardOutput = 1;
/** Looking at one piece of output takes milliseconds; a pattern that needs as long as this would hold the command up. */
const matchLimitMs = 2000;
const watchMs = 250;

export interface TapOptions {
  readonly patterns: readonly string[];
  readonly onMark: (mark: OutputMark) => void;
  readonly onProblem: (message: string) => void;
}

/**
 * Stands between a command and standard output, to read marks from it: a pseudo-terminal where standard output is a
 * terminal, a pipe where it is not. A thread hands every byte through before it is looked at, and reads no more while
 * nobody takes them; where the reader goes away, the command's next write fails as it would have.
 */
export class OutputTap {
  readonly #calls: DescriptorCalls;
  readonly #wake: Pipe;
  readonly #sink: Sink;
  readonly #shared = new SharedArrayBuffer(shared.bytes);
  readonly #done: Promise<PumpEnd>;
  #ended: (end: PumpEnd) => void = () => {};
  #worker: Worker;
  #watch: NodeJS.Timeout | undefined;
  #resize: (() => void) | undefined;

  readonly #ends: TapEnds;
  readonly #options: TapOptions;

  private constructor(ends: TapEnds, calls: DescriptorCalls, options: TapOptions) {
    this.#ends = ends;
    this.#options = options;
    this.#calls = calls;
    this.#wake = calls.pipe();
    this.#sink = openSink();
    this.#done = new Promise((resolve) => {
      this.#ended = resolve;
    });
    this.#worker = this.#start(options.patterns);
  }

  /** @throws where this system has neither */
  static async open(options: TapOptions): Promise<OutputTap> {
    const calls = loadDescriptorCalls();
    const tap = new OutputTap(await openEnds(calls), calls, options);
    await tap.#ready();
    return tap;
  }

  /** What the command's standard output is to be. */
  get commandFd(): number {
    return this.#ends.commandFd;
  }

  /** The command has it, or never ran: from now on its end can be seen. */
  handedOver(command: SignalTarget): void {
    closeSync(this.#ends.commandFd);
    if (this.#ends.isTerminal) {
      this.#resize = () => {
        this.#calls.copyWindowSize(standardOutput, this.#ends.sourceFd);
        command.signal('SIGWINCH'); // the first came before the size did
      };
      process.on('SIGWINCH', this.#resize);
    }
    this.#watch = this.#watchMatching();
  }

  /**
   * The command has ended: hands its last bytes through. Meanwhile it gets the signals, and one that asks for an end ends
   * the wait for a reader. A typed Ctrl-C does not come here: the reader has it too, and may go on, as a pager does.
   */
  async finish(relay: SignalRelay): Promise<void> {
    relay.attach({
      signal: (signal) => {
        if (endsPowerlog(signal)) this.#tell(stage.abandoned);
        return true;
      },
    });
    this.#tell(stage.commandEnded);
    const end = await this.#done;
    relay.attach(null);
    if (end === 'abandoned')
      this.#options.onProblem("the last of the command's output was not taken by anybody");
    clearInterval(this.#watch);
    if (this.#resize) process.off('SIGWINCH', this.#resize);
    if (end === 'held') this.#leaveToAnother();
    if (end !== 'unread') closeSync(this.#ends.sourceFd);
    for (const fd of [this.#wake.readFd, this.#wake.writeFd]) closeSync(fd);
    if (this.#sink.fd !== standardOutput) closeSync(this.#sink.fd);
  }

  #start(patterns: readonly string[]): Worker {
    const workerData: PumpData = {
      sourceFd: this.#ends.sourceFd,
      sinkFd: this.#sink.fd,
      sinkTakesPart: this.#sink.takesPart,
      wakeFd: this.#wake.readFd,
      patterns,
      shared: this.#shared,
    };
    const worker = new Worker(join(__dirname, 'pump-worker.js'), {
      workerData,
      trackUnmanagedFds: false, // the thread closes what it did not open
    });
    worker.on('message', (message: FromPump) => this.#take(message));
    worker.on('error', (error) => this.#take({ type: 'failed', message: error.message }));
    return worker;
  }

  #ready(): Promise<void> {
    return new Promise((resolve) => {
      this.#worker.once('message', () => resolve());
      this.#worker.once('error', () => resolve());
    });
  }

  #take(message: FromPump): void {
    if (message.type === 'marks') for (const mark of message.marks) this.#options.onMark(mark);
    if (message.type === 'failed') {
      this.#options.onProblem(`the command's output could not be read: ${message.message}`);
      this.#ended('held');
    }
    if (message.type === 'done') {
      if (message.error !== null) this.#options.onProblem(`standard output took no more: ${message.error}`);
      this.#ended(message.end);
    }
  }

  #tell(what: number): void {
    Atomics.store(new Int32Array(this.#shared), shared.stage, what);
    writeSync(this.#wake.writeFd, Uint8Array.of(0));
  }

  /** A pattern can take years for a line. Then the output goes on without it. */
  #watchMatching(): NodeJS.Timeout {
    const seen = new Int32Array(this.#shared);
    let turn = 0;
    let sinceMs = 0;
    const timer = setInterval(() => {
      const now = Atomics.load(seen, shared.turn);
      if (now % 2 === 0 || now !== turn) {
        turn = now;
        sinceMs = performance.now();
        return;
      }
      if (performance.now() - sinceMs < matchLimitMs) return;
      clearInterval(timer);
      this.#options.onProblem(
        `--mark-output took more than ${matchLimitMs / 1000} s for a piece of output: no marks are read behind it; a pattern with nested repetitions can be written without them`,
      );
      const stuck = this.#worker.removeAllListeners();
      void stuck.terminate().then(() => {
        Atomics.store(seen, shared.turn, 0);
        this.#worker = this.#start([]);
      });
    }, watchMs);
    return timer.unref();
  }

  /** What the command left running goes on writing, and powerlog does not wait for it. */
  #leaveToAnother(): void {
    const cat = spawn('cat', { stdio: [this.#ends.sourceFd, standardOutput, 'ignore'], detached: true });
    cat.on('error', () => {}); // its writes fail then
    cat.unref();
  }
}

interface TapEnds {
  readonly sourceFd: number;
  readonly commandFd: number;
  readonly isTerminal: boolean;
}

async function openEnds(calls: DescriptorCalls): Promise<TapEnds> {
  if (!isatty(standardOutput)) {
    const { readFd, writeFd } = calls.pipe();
    return { sourceFd: readFd, commandFd: writeFd, isTerminal: false };
  }
  const { path, masterFd } = (await loadPseudoTerminals())();
  const commandFd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  calls.copySettings(standardOutput, commandFd);
  calls.copyWindowSize(standardOutput, masterFd);
  return { sourceFd: masterFd, commandFd, isTerminal: true };
}

interface Sink {
  readonly fd: number;
  readonly takesPart: boolean;
}

/**
 * Standard output so that a write to it does not wait. Others share the descriptor, so it is opened anew for that; where
 * that is not to be had, the thread writes with care.
 */
function openSink(): Sink {
  const stat = fstatSync(standardOutput);
  if (stat.isFile()) return { fd: standardOutput, takesPart: true };
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    if (process.platform === 'linux' && (stat.isFIFO() || isatty(standardOutput)))
      return {
        fd: openSync(`/proc/self/fd/${standardOutput}`, O_WRONLY | O_NONBLOCK | O_NOCTTY),
        takesPart: true,
      };
  } catch {
    // Not ours to open, or no /proc.
  }
  return { fd: standardOutput, takesPart: false };
}
