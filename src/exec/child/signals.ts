import { constants } from 'node:os';
import { startTimer } from '../../timer.js';
import { ignoreInherited, isIgnored } from '../start/ignored.js';
import { signalWithDescendants } from './descendants.js';
import { inTerminalForeground } from './foreground.js';

/** What powerlog passes on to the child. */
const forwarded: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGTSTP',
  'SIGCONT',
];

/** What a terminal sends to the whole foreground group by itself. */
const fromTerminal: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGTSTP']);

/** What ends powerlog while no child runs that would have a say in it. */
const ending: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);

export const endsPowerlog = (signal: NodeJS.Signals): boolean => ending.has(signal);

/** Who asked for an end. */
interface EndRequest {
  /** In words: `SIGINT`. */
  readonly by: string;
  /** The exit code, where no child has a say in it. */
  readonly status: number;
}

/** The process that gets the signals: the child. */
export interface SignalTarget {
  /** Null or absent where it is none of its own. */
  readonly pid?: number | null;
  /** False where it has ended. */
  signal(signal: NodeJS.Signals): boolean;
}

/**
 * Hands powerlog's signals to the child and keeps powerlog alive to see what becomes of it. What the terminal has
 * already given to both (they share its foreground process group) is not given to the child a second time. What was
 * ignored when powerlog was started, as by `nohup`, is ignored by both.
 */
export class SignalRelay {
  /** What came while there was no child to decide about it; null until then. */
  interruptedBy: EndRequest | null = null;

  /** Who wants this to end, also where the child decided otherwise for itself: no more runs then. */
  endAsked: EndRequest | null = null;

  #target: SignalTarget | null = null;
  #wake: (() => void) | null = null;
  readonly #listener = (signal: NodeJS.Signals): void => this.#take(signal);

  constructor() {
    ignoreInherited();
    for (const signal of forwarded) if (!isIgnored(signal)) process.on(signal, this.#listener);
  }

  /** From now on signals go to this child; with null, they end what powerlog itself is doing. */
  attach(target: SignalTarget | null): void {
    this.#target = target;
  }

  /** A child runs. */
  get attached(): boolean {
    return this.#target !== null;
  }

  /** Waits; false where somebody ended the wait, also before it. */
  async sleep(durationMs: number): Promise<boolean> {
    if (this.interruptedBy === null)
      await new Promise<void>((resolve) => {
        const cancel = startTimer(durationMs, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    this.#wake = null;
    return this.interruptedBy === null;
  }

  /** Ends what goes on, as Ctrl-C on a terminal does: whatever the command has started in its process group hears of it. */
  interrupt(request: EndRequest): void {
    // Where powerlog was started to ignore interrupts, so would the command.
    if (this.#target) signalWithDescendants(this.#target, isIgnored('SIGINT') ? 'SIGTERM' : 'SIGINT');
    this.#end(request);
  }

  dispose(): void {
    for (const signal of forwarded) process.off(signal, this.#listener);
  }

  #take(signal: NodeJS.Signals): void {
    const target = this.#target;
    if (target && !(fromTerminal.has(signal) && inTerminalForeground())) target.signal(signal);
    if (ending.has(signal)) this.#end({ by: signal, status: 128 + constants.signals[signal] });
    if (signal === 'SIGTSTP') this.#stop();
  }

  #end(request: EndRequest): void {
    this.endAsked ??= request;
    if (this.#target) return;
    this.interruptedBy ??= request;
    this.#wake?.();
  }

  /** A shell waits for powerlog to stop before it gives the prompt back. Whether to is the system's to say. */
  #stop(): void {
    process.off('SIGTSTP', this.#listener);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', this.#listener); // here again after SIGCONT
  }
}
