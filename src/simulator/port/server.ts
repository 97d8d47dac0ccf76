import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startTimer } from '../../timer.js';
import { type FaultPlan, noFaults } from '../faults.js';
import type { BoardModelOptions } from '../model.js';
import { controlState, controlWord, controlWords } from './control.js';
import { type PortLink, placeLink } from './link.js';
import { loadPseudoTerminals, type PseudoTerminal } from './pseudo-terminal.js';
import { type SimulatorStats, Tally } from './tally.js';

export interface SimulatorOptions extends BoardModelOptions {
  /** How long the board takes to answer, ms; 0 by default: at once. */
  readonly latencyMs?: number;
  /** How long after its port is opened the board greets, where its firmware does, ms; 0 by default, Infinity is never. */
  readonly greetingMs?: number;
  readonly faults?: FaultPlan;
  /** A symbolic link to keep pointed at the port. */
  readonly link?: string;
  /** After the board was unplugged and is there again; the path may be another one. */
  readonly onReplug?: (path: string) => void;
  /** The board fell over, or could not be plugged in again; without this, the process ends. */
  readonly onFailure?: (error: unknown) => void;
}

/** What the main thread hands to `server-worker.ts`. */
export interface ServerWorkerData extends Omit<SimulatorOptions, 'onReplug' | 'onFailure'> {
  readonly control: SharedArrayBuffer;
  readonly tally: SharedArrayBuffer;
}

/** A simulated board behind a pseudo-terminal. */
export interface Simulator {
  /** The port now; the link, where one was asked for. */
  readonly path: string;
  stats(): SimulatorStats;
  /** The clients see a hang-up, the link is removed. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts one. It does not keep the process alive, and goes with it.
 * @throws NoPseudoTerminal where the system has none, UserError (output) where the link cannot be made
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const openPseudoTerminal = await loadPseudoTerminals();
  const server = new Server(options, openPseudoTerminal);
  await server.start();
  return server;
}

class Server implements Simulator {
  readonly #control = new Int32Array(new SharedArrayBuffer(controlWords * 4));
  readonly #tally = new Tally();
  readonly #faults: FaultPlan;
  #terminal: PseudoTerminal | undefined;
  #link: PortLink | undefined;
  #cancelTimer = (): void => {};
  #worker: Worker | undefined;
  #stopping: Promise<void> | undefined;
  #lastPath = '';

  readonly #options: SimulatorOptions;
  readonly #openPseudoTerminal: () => PseudoTerminal;

  constructor(options: SimulatorOptions, openPseudoTerminal: () => PseudoTerminal) {
    this.#options = options;
    this.#openPseudoTerminal = openPseudoTerminal;
    this.#faults = options.faults ?? noFaults;
  }

  get path(): string {
    return this.#options.link ?? this.#lastPath;
  }

  stats(): SimulatorStats {
    return this.#tally.read();
  }

  async start(): Promise<void> {
    this.#plug();
    const { onReplug, onFailure, ...played } = this.#options; // functions stay in this thread
    const workerData: ServerWorkerData = {
      ...played,
      control: this.#control.buffer as SharedArrayBuffer,
      tally: this.#tally.memory,
    };
    // None of this process's own flags: `--input-type`, for one, is an error in a thread.
    const worker = new Worker(join(__dirname, 'server-worker.js'), { workerData, execArgv: [] });
    this.#worker = worker;
    // A thread that blocks in a read would hold up the process's end.
    process.once('exit', this.#atExit);
    try {
      await new Promise<void>((resolve, reject) => {
        worker.once('message', () => resolve());
        worker.once('error', reject);
      });
    } catch (error) {
      // There is no thread to wake, and without descriptors no way to.
      process.off('exit', this.#atExit);
      this.#unplug();
      throw error;
    }
    worker.on('error', (error) => this.#fail(error));
    worker.unref();
    this.#awaitUnplug();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    process.off('exit', this.#atExit);
    this.#cancelTimer();
    const worker = this.#worker;
    const exited = worker && new Promise((resolve) => worker.once('exit', resolve));
    worker?.ref();
    this.#halt(controlState.quit);
    await exited;
    this.#unplug();
  }

  readonly #atExit = (): void => {
    this.#halt(controlState.quit);
    this.#unplug();
  };

  /** Opens a port and points the link and the worker at it. */
  #plug(): void {
    const terminal = this.#openPseudoTerminal();
    try {
      if (this.#options.link !== undefined) this.#link = placeLink(this.#options.link, terminal.path);
    } catch (error) {
      terminal.close();
      throw error;
    }
    this.#terminal = terminal;
    this.#lastPath = terminal.path;
    Atomics.store(this.#control, controlWord.masterFd, terminal.masterFd);
  }

  /** Only while the port is not being served. */
  #unplug(): void {
    this.#link?.remove();
    this.#terminal?.close();
    this.#terminal = undefined;
  }

  #awaitUnplug(): void {
    const { unplug } = this.#faults;
    if (!unplug) return;
    this.#after(unplug.periodMs, () => {
      this.#tally.countFault('unplug', Number(process.hrtime.bigint()));
      this.#halt(controlState.park);
      this.#unplug();
      this.#after(unplug.awayMs, () => {
        this.#plug();
        this.#command(controlState.serve);
        this.#options.onReplug?.(this.path);
        this.#awaitUnplug();
      });
    });
  }

  #fail(error: unknown): void {
    if (!this.#options.onFailure) throw error;
    this.#options.onFailure(error);
  }

  #after(ms: number, act: () => void): void {
    const guarded = (): void => {
      try {
        act();
      } catch (error) {
        this.#fail(error);
      }
    };
    this.#cancelTimer = startTimer(ms, guarded, false);
  }

  #command(state: number): void {
    Atomics.store(this.#control, controlWord.state, state);
    Atomics.notify(this.#control, controlWord.state);
  }

  /** Makes the worker leave the port. It does so within a moment: everything it may block in is woken. */
  #halt(state: number): void {
    const [control, terminal] = [this.#control, this.#terminal];
    const parkedBefore = Atomics.load(control, controlWord.parked);
    this.#command(state);
    for (let attempt = 0; terminal && attempt < 1000; attempt++) {
      terminal.wake();
      if (Atomics.wait(control, controlWord.parked, parkedBefore, 2) !== 'timed-out') return;
    }
  }
}
