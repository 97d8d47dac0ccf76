import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Emulator } from './emulator.js';

const helper = 'test/cli/live/terminal.py';

export interface Ended {
  readonly code: number;
  /** Whether the terminal's settings are what they were; null where it is gone. */
  readonly restored: boolean | null;
}

/** A program on a terminal, and what a person sees of it. */
export interface Terminal {
  readonly screen: Emulator;
  /** All that was written, as it came. */
  readonly written: () => string;
  readonly ended: Promise<Ended>;
  /** Resolves when the screen shows it, and nothing more is drawn until the test has gone on. */
  sees(what: string | RegExp | ((text: string) => boolean)): Promise<string>;
  type(text: string): void;
  resize(rows: number, columns: number): void;
  /** Whether it takes what is written to it. */
  reads(reads: boolean): void;
  signal(number: number): void;
  close(): void;
  /** Ends the terminal at once, and with it what runs there. */
  kill(): void;
}

export interface TerminalForm {
  readonly rows?: number;
  readonly columns?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** What a shell does first, which then becomes the command. */
  readonly shell?: string;
}

/** Runs a command on a terminal of so many rows and columns. */
export function onTerminal(
  command: readonly string[],
  { rows = 24, columns = 80, env = {}, shell = '' }: TerminalForm = {},
): Terminal {
  const started = shell === '' ? command : ['sh', '-c', `${shell}exec "$@"`, 'sh', ...command];
  const { NO_COLOR, COLORTERM, COLORFGBG, ...inherited } = process.env;
  const child = spawn('python3', [helper, String(rows), String(columns), ...started], {
    env: { ...inherited, TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {}); // it has ended
  const screen = new Emulator(rows, columns);
  const decoder = new TextDecoder();
  let written = '';
  let looks: (() => void)[] = [];
  /** Each frame is looked at, however many came in one read. */
  const draw = async (text: string): Promise<void> => {
    written += text;
    let isMore = screen.write(text);
    for (;;) {
      const before = looks;
      for (const look of before) look();
      if (looks !== before) await nextTurn();
      if (!isMore) return;
      isMore = screen.write('');
    }
  };
  const watch = async (): Promise<Ended> => {
    for await (const line of createInterface({ input: child.stdout })) {
      const told = JSON.parse(line) as { out: string } | Ended;
      if ('code' in told) return told;
      await draw(decoder.decode(Buffer.from(told.out, 'base64'), { stream: true }));
    }
    throw new Error('the terminal was ended');
  };
  const ended = watch();
  ended.catch(() => {});
  const order = (what: object): void => {
    child.stdin.write(`${JSON.stringify(what)}\n`);
  };
  return {
    screen,
    written: () => written,
    ended,
    sees: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (screen.isDrawing) return;
          const text = screen.isAlternate ? screen.text : screen.normal;
          const found =
            typeof what === 'function'
              ? what(text)
              : typeof what === 'string'
                ? text.includes(what)
                : what.test(text);
          if (!found) return;
          looks = looks.filter((each) => each !== look);
          resolve(text);
        };
        looks.push(look);
        ended.then(
          ({ code }) =>
            reject(
              new Error(
                `it ended with ${code}, and the terminal never showed ${what}:\n${screen.text}\n${screen.normal}`,
              ),
            ),
          reject,
        );
        look();
      }),
    type: (text) => order({ type: text }),
    resize: (newRows, newColumns) => {
      screen.resize(newRows, newColumns);
      order({ resize: [newRows, newColumns] });
    },
    reads: (reads) => order({ read: reads }),
    signal: (number) => order({ signal: number }),
    close: () => order({ close: true }),
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
