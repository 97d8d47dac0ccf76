import { closeSync, writeSync } from 'node:fs';
import { systemErrorCode } from '../../../errors.js';
import { openUnwaiting } from '../terminal.js';

const standardOutput = 1;
/** The alternate screen, no cursor, no going on in the next line; and back. */
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J';
const leave = '\u001b[?2026l\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
/** A colour that ends where the next begins. */
const recoloured = '\u001b[39m\u001b[38';
/** Around a frame: a terminal that knows these shows it when it is there whole. */
const frame = { begin: '\u001b[?2026h', end: '\u001b[?2026l' };
/** What cuts off a sequence that was left unfinished. */
const cancel = '\u0018';
/** A terminal that takes nothing is asked again after so long, ms, and twice as long each time up to the most. */
const retryMs = { first: 20, most: 500 };
/** A screen is given back to a terminal that takes it within this long, ms. */
const patienceMs = 1000;

export interface ScreenSize {
  readonly rows: number;
  readonly columns: number;
}

/** What a terminal that says nothing of its size is taken for. */
const usual: ScreenSize = { rows: 24, columns: 80 };

/**
 * The whole of the terminal behind standard output, as lines. Nothing waits for it: while it does not take what was written, it is
 * shown nothing more.
 */
export class Screen {
  readonly #onReady: () => void;
  readonly #onGone: () => void;
  readonly #stream = process.stdout;
  #fd: number | null = null;
  #isEntered = false;
  /** What stands there; empty where that is not known. */
  #shown: readonly string[] = [];
  /** What it has not taken yet. */
  #rest: Uint8Array = new Uint8Array(0);
  #retry: NodeJS.Timeout | undefined;
  #waitMs = retryMs.first;
  readonly #renew = (): void => this.renew();
  readonly #leave = (): void => this.leave();

  /**
   * @param onReady called where it can be shown something again: another size, or all that it was to take is taken
   * @param onGone called when there is no terminal any more
   */
  constructor(onReady: () => void, onGone: () => void) {
    this.#onReady = onReady;
    this.#onGone = onGone;
  }

  get size(): ScreenSize {
    const { rows, columns } = this.#stream;
    return { rows: rows || usual.rows, columns: columns || usual.columns };
  }

  /** Whether it takes a frame now. */
  get isReady(): boolean {
    return this.#isEntered && this.#rest.length === 0;
  }

  enter(): void {
    this.#fd = openUnwaiting(standardOutput);
    this.#isEntered = true;
    this.#stream.on('resize', this.#renew);
    // After a stop (kill -STOP) the shell has had the screen.
    process.on('SIGCONT', this.#renew);
    // Of a bug too, and before Node writes what it was.
    process.on('exit', this.#leave);
    this.#write(enter);
  }

  /** Everything is drawn anew. */
  renew(): void {
    if (!this.#isEntered) return;
    this.#shown = [];
    if (this.#rest.length === 0) this.#write(enter);
    this.#onReady();
  }

  /** Draws the lines that are not there yet, all in one write. @param lines as many as there are rows, none too long */
  show(lines: readonly string[]): void {
    if (!this.isReady) return;
    const changed = lines.flatMap((line, row) =>
      line === this.#shown[row]
        ? []
        : [`\u001b[${row + 1};1H${line.replaceAll(recoloured, '\u001b[38')}\u001b[0m\u001b[K`],
    );
    this.#shown = [...lines];
    if (changed.length > 0) this.#write(frame.begin + changed.join('') + frame.end);
  }

  /** Puts the terminal back as it was; safe to call twice. */
  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    clearTimeout(this.#retry);
    this.#stream.off('resize', this.#renew);
    process.off('SIGCONT', this.#renew);
    process.off('exit', this.#leave);
    const untilMs = performance.now() + patienceMs;
    const lock = new Int32Array(new SharedArrayBuffer(4));
    this.#rest = Buffer.from((this.#rest.length > 0 ? cancel : '') + leave);
    while (!this.#push() && performance.now() < untilMs) Atomics.wait(lock, 0, 0, retryMs.first);
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #write(text: string): void {
    this.#rest = Buffer.from(text);
    this.#waitMs = retryMs.first;
    if (!this.#push()) this.#wait();
  }

  /** Whether all is written. */
  #push(): boolean {
    try {
      while (this.#rest.length > 0)
        this.#rest = this.#rest.subarray(writeSync(this.#fd ?? standardOutput, this.#rest));
    } catch (error) {
      if (systemErrorCode(error) === 'EAGAIN') return false;
      this.#rest = new Uint8Array(0);
      this.#onGone();
    }
    return true;
  }

  #wait(): void {
    this.#retry = setTimeout(() => {
      this.#waitMs = Math.min(2 * this.#waitMs, retryMs.most);
      if (!this.#push()) this.#wait();
      else if (this.#shown.length === 0) this.renew();
      else this.#onReady();
    }, this.#waitMs);
  }
}
