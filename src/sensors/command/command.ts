import { printable } from '../../text.js';
import { startTimer } from '../../timer.js';
import { type ReaderEnvironment, type RunningProgram, type SensorReader, SensorTrouble } from '../reader.js';
import { formOf, type LineForm, type NamedTexts } from './lines.js';
import { meanColumns, type ProgramColumn, programColumns } from './program-columns.js';

/** A program that has ended is started again after this long, ms, and then after twice as long each time. */
const restartMs = { first: 500, longest: 30_000 };
/** One that ran for longer than this, ms, is started again as after the first time. */
const healthyMs = 10_000;
/** No power, W, and no energy, J, that anybody measures; a number as large is a fault's, and makes nonsense of all figures. */
const most = 1e15;
/** How long its first reading is waited for, ms. */
const firstLimitMs = 9000;

/**
 * `exec:COMMAND`: a command line for the shell, whose program prints readings and is started again when it ends.
 * @throws SensorTrouble where it can't be run, ends, or prints no reading in time
 */
export async function openCommand(environment: ReaderEnvironment): Promise<SensorReader> {
  const program = new Command(environment);
  const columns = await program.begin(Math.max(firstLimitMs, 2.5 * (environment.intervalMs ?? 0)));
  const own = columns.map(({ column }) => column);
  return {
    identity: {
      product: environment.argument,
      ...{ driver: null, devices: [], meaning: null },
    },
    columns: [...own, ...meanColumns(own)],
    listen: (take) => program.listen(take),
    close: () => program.close(),
  };
}

const shell = (line: string): string[] =>
  process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', line] : ['/bin/sh', '-c', line];

type Take = (values: Float64Array, atNs: bigint) => void;

class Command {
  #running: RunningProgram | undefined;
  #form: LineForm | undefined;
  #columns: readonly ProgramColumn[] = [];
  /** Those that it is read for: its powers and energies, or whatever else it says where it has none. */
  #wanted: readonly ProgramColumn[] = [];
  #sources: ReadonlySet<string> = new Set();
  #values = new Float64Array(0);
  #take: Take | undefined;
  #restartMs = restartMs.first;
  #cancelTimer: () => void = () => {};
  #startedMs = 0;
  #closed = false;
  #onFirst: ((columns: readonly ProgramColumn[]) => void) | undefined;
  #onFailed: ((trouble: SensorTrouble) => void) | undefined;
  #unread = '';
  #empty = '';

  readonly #environment: ReaderEnvironment;

  constructor(environment: ReaderEnvironment) {
    this.#environment = environment;
  }

  /** Starts it; resolves with the columns that its first reading has. */
  begin(limitMs: number): Promise<readonly ProgramColumn[]> {
    return new Promise<readonly ProgramColumn[]>((resolve, reject) => {
      this.#onFirst = resolve;
      this.#onFailed = (trouble) => {
        void this.close();
        reject(trouble);
      };
      this.#cancelTimer = startTimer(limitMs, () => {
        const printed = this.#unread === '' ? 'nothing' : `no reading, but ${quoted(this.#unread)}`;
        this.#onFailed?.(
          new SensorTrouble('sensor-silent', `it printed ${printed} within ${limitMs / 1000} s`),
        );
      });
      this.#start();
    });
  }

  listen(take: Take): void {
    this.#take = take;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer();
    await this.#running?.stop();
  }

  #start(): void {
    this.#startedMs = performance.now();
    // Another header may come, but columns stay as they were.
    if (this.#form?.header) this.#form = undefined;
    this.#running = this.#environment.programs.start(shell(this.#environment.argument), {
      line: (text, atNs) => this.#line(text, atNs),
      flooded: () =>
        this.#environment.tell(
          'sensor-overrun',
          'it prints more lines than anybody reads; it is held back, and some are lost',
        ),
      ended: (how, notFound) => this.#ended(how, notFound),
    });
  }

  #ended(how: string, notFound: boolean): void {
    if (this.#closed) return;
    if (this.#onFailed && this.#onFirst) {
      const printed = this.#unread === '' ? '' : ` and printed no reading, but ${quoted(this.#unread)}`;
      this.#onFailed(new SensorTrouble(notFound ? 'sensor-missing' : 'sensor-lost', how + printed));
      return;
    }
    this.#environment.tell('sensor-lost', `${how}; it was started again`);
    this.#values.fill(Number.NaN);
    this.#take?.(this.#values, process.hrtime.bigint());
    if (performance.now() - this.#startedMs > healthyMs) this.#restartMs = restartMs.first;
    this.#cancelTimer = startTimer(this.#restartMs, () => this.#start());
    this.#restartMs = Math.min(2 * this.#restartMs, restartMs.longest);
  }

  #line(text: string, atNs: bigint): void {
    if (this.#closed || text.trim() === '') return;
    if (!this.#form) {
      this.#form = formOf(text);
      if (this.#form?.header) return;
    }
    const texts = this.#form?.read(text);
    if (!texts || (this.#onFirst && !this.#begun(texts))) {
      this.#notRead(text);
      return;
    }
    for (const name of texts.keys())
      if (!this.#sources.has(name))
        this.#environment.tell(
          'sensor-unreadable',
          `${quoted(name)} was not in its first reading and is left out`,
        );
    if (!this.#fill(texts)) {
      this.#notRead(text);
      return;
    }
    if (this.#take && this.#saysNothing(texts)) {
      // The first is quoted, since its time and what else stands there may be different each time.
      this.#empty ||= text;
      this.#environment.tell('sensor-silent', `it printed that it has no value: ${quoted(this.#empty)}`);
    }
    this.#take?.(this.#values, atNs);
  }

  /** Whether the first reading has a number. */
  #begun(texts: NamedTexts): boolean {
    const columns = programColumns(texts);
    if (!columns.some(({ column }) => column.quantity !== 'stamp')) {
      this.#form = undefined;
      return false;
    }
    this.#cancelTimer();
    this.#columns = columns;
    const [measured, others] = [['power', 'energy'], ['other']].map((quantities) =>
      columns.filter(({ column }) => quantities.includes(column.quantity)),
    );
    this.#wanted = measured!.length > 0 ? measured! : others!;
    this.#sources = new Set(texts.keys());
    const own = columns.map(({ column }) => column);
    this.#values = new Float64Array(own.length + meanColumns(own).length);
    this.#onFirst?.(columns);
    this.#onFirst = undefined;
    return true;
  }

  /** False where a text is no number, and nothing of the line is one. */
  #fill(texts: NamedTexts): boolean {
    this.#values.fill(Number.NaN);
    let read = 0;
    let unread: string | undefined;
    for (const [n, { source, read: numberOf, column }] of this.#columns.entries()) {
      const text = texts.get(source);
      if (text === undefined) continue;
      const value = numberOf(text);
      if (value === undefined || (column.quantity !== 'other' && Math.abs(value) > most)) unread ??= text;
      else {
        this.#values[n] = value;
        if (column.quantity !== 'stamp') read++;
      }
    }
    if (read > 0 && unread !== undefined) this.#notRead(unread);
    return read > 0;
  }

  /** Whether it says of all that it is read for that there is none. */
  #saysNothing(texts: NamedTexts): boolean {
    const said = this.#wanted.filter(({ source }) => texts.has(source));
    return said.length > 0 && said.every(({ source, read }) => Number.isNaN(read(texts.get(source)!)));
  }

  /** Of a program's junk the first is quoted, since the rest may be different each time. */
  #notRead(text: string): void {
    this.#unread ||= text;
    if (this.#onFirst) return;
    this.#environment.tell(
      'sensor-unreadable',
      `it printed something that is no reading: ${quoted(this.#unread)}`,
    );
  }
}

const longestQuote = 60;

function quoted(text: string): string {
  const characters = [...printable(text.trim())];
  const shown = characters.slice(0, longestQuote).join('');
  return `'${shown}${characters.length > longestQuote ? '…' : ''}'`;
}
