import { createInterface, type Interface } from 'node:readline';

/** The prompt tells what is read now, so often, ms. */
const everyMs = 250;

/** Lines that somebody types, or a pipe gives, with a prompt on a terminal that goes on telling while one types. */
export class TypedLines {
  /** By Ctrl-C, or a signal. */
  interrupted = false;
  readonly #isShown = process.stdin.isTTY === true && process.stderr.isTTY === true;
  readonly #readline: Interface;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.#readline = createInterface({
      input: process.stdin,
      ...(this.#isShown ? { output: process.stderr, terminal: true } : { terminal: false }),
      historySize: 0,
    });
    this.#lines = this.#readline[Symbol.asyncIterator]();
    this.#readline.on('SIGINT', () => this.interrupt());
  }

  /** Nothing more is wanted. */
  interrupt(): void {
    this.interrupted = true;
    this.#readline.close();
  }

  /** The next line; null where there are no more. */
  async next(prompt: () => string): Promise<string | null> {
    const show = (): void => {
      this.#readline.setPrompt(prompt());
      this.#readline.prompt(true);
    };
    let timer: NodeJS.Timeout | undefined;
    if (this.#isShown) {
      show();
      timer = setInterval(show, everyMs);
    }
    const { value, done } = await this.#lines.next();
    clearInterval(timer);
    return done || this.interrupted ? null : (value as string);
  }

  close(): void {
    this.#readline.close();
  }
}
