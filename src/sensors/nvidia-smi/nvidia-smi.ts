import { printable } from '../../text.js';
import { startTimer } from '../../timer.js';
import type { ReaderEnvironment, RunningProgram, TalkingReader } from '../reader.js';
import type { SensorColumn } from '../sensor.js';
import { type Card, type Cards, findCards, program } from './cards.js';
import { isNotThere, readCell, readingArguments, stampUnixS } from './query.js';

/** How often most cards have something new, ms. It cannot be told to go faster or slower while it runs. */
const usualIntervalMs = 100;
/** It is started again after this long, ms, and then after twice as long each time. */
const restartMs = { first: 1000, longest: 30_000 };
/** It says nothing for so long, ms, or so many intervals: the driver holds it. */
const silence = { leastMs: 5000, intervals: 20 };

/** @throws SensorTrouble */
export async function openNvidiaSmi(environment: ReaderEnvironment): Promise<TalkingReader> {
  return new NvidiaSmiReader(await findCards(environment), environment);
}

/** One `nvidia-smi` that goes on printing, in place of NVIDIA's library where that is not to be had. */
class NvidiaSmiReader implements TalkingReader {
  readonly identity;
  readonly columns: readonly SensorColumn[];
  readonly #cards: Cards;
  readonly #environment: ReaderEnvironment;
  readonly #intervalMs: number;
  readonly #row: Float64Array;
  /** Cards whose line of the reading at hand has come. */
  readonly #come = new Set<string>();
  /** When the latest of them came. */
  #lineNs = 0n;
  #take: (values: Float64Array, atNs: bigint) => void = () => {};
  #running: RunningProgram | undefined;
  #cancelTimer: () => void = () => {};
  #restartMs = restartMs.first;
  #closed = false;

  constructor(cards: Cards, environment: ReaderEnvironment) {
    this.#cards = cards;
    this.#environment = environment;
    this.#intervalMs = environment.intervalMs ?? usualIntervalMs;
    this.columns = cards.cards.flatMap((card) => this.#columnsOf(card));
    this.#row = new Float64Array(this.columns.length).fill(Number.NaN);
    this.identity = {
      product: 'nvidia-smi',
      driver: cards.driver,
      devices: cards.cards.map(({ prefix, name, uuid, bus }) => ({ prefix, name, uuid, bus })),
      meaning:
        cards.powers.length > 1
          ? 'power_w is instant power (power.draw.instant); by NVIDIA plain_power_w (power.draw) is averaged over 1 s on Ampere, without A100 and A30, and on newer cards'
          : 'power_w is power.draw, all that this driver tells: by NVIDIA it is averaged over 1 s on Ampere, without A100 and A30, and on newer cards',
    };
    for (const { prefix, first } of cards.cards)
      first.forEach((cell, n) => {
        if ('words' in cell && isNotThere(cell.words))
          environment.tell(
            'sensor-missing',
            `${prefix} has no ${cards.powers[n]!.field}: ${printable(cell.words)}`,
          );
      });
  }

  listen(take: (values: Float64Array, atNs: bigint) => void): void {
    this.#take = take;
    this.#start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer();
    await this.#running?.stop();
  }

  #columnsOf({ prefix }: Card): SensorColumn[] {
    const powers = this.#cards.powers.map(({ column, title }) => ({
      name: `${prefix}_${column}`,
      decimals: 2,
      quantity: 'power' as const,
      title: `${prefix}, ${title}`,
      partOf: null,
    }));
    return [
      ...powers,
      {
        name: `${prefix}_unix_time_s`,
        decimals: 3,
        quantity: 'stamp',
        title: `${prefix}, nvidia-smi's instant of them`,
        partOf: null,
      },
    ];
  }

  #start(): void {
    this.#come.clear();
    this.#row.fill(Number.NaN);
    const argv = [program, ...readingArguments(this.#cards.powers, this.#intervalMs)];
    const running = this.#environment.programs.start(argv, {
      line: (text, atNs) => {
        if (running === this.#running) this.#line(text, atNs);
      },
      flooded: () => this.#environment.tell('sensor-overrun', 'it printed more lines than anybody reads'),
      ended: (how) => {
        if (running === this.#running) this.#again('sensor-lost', how);
      },
    });
    this.#running = running;
    this.#watch();
  }

  #watch(): void {
    this.#cancelTimer();
    const limitMs = Math.max(silence.leastMs, silence.intervals * this.#intervalMs);
    this.#cancelTimer = startTimer(limitMs, () => {
      const running = this.#running;
      this.#again('sensor-silent', `it printed nothing for ${limitMs / 1000} s, and was started again`);
      void running?.stop();
    });
  }

  /** What follows is not known until another one prints. */
  #again(code: 'sensor-lost' | 'sensor-silent', how: string): void {
    this.#running = undefined;
    if (this.#closed) return;
    this.#environment.tell(code, how);
    this.#take(this.#row.fill(Number.NaN), process.hrtime.bigint());
    this.#cancelTimer();
    this.#cancelTimer = startTimer(this.#restartMs, () => this.#start());
    this.#restartMs = Math.min(2 * this.#restartMs, restartMs.longest);
  }

  #line(text: string, atNs: bigint): void {
    if (text.trim() === '') return;
    const cells = text.split(', ');
    const [uuid = '', stamp = '', ...powers] = cells;
    const at = this.#cards.cards.findIndex((card) => card.uuid === uuid);
    if (at < 0 || powers.length !== this.#cards.powers.length) {
      this.#environment.tell('sensor-unreadable', `it printed '${printable(text.slice(0, 200))}'`);
      return;
    }
    this.#watch();
    // A card's second line begins the next reading, where one before it said nothing.
    if (this.#come.has(uuid)) this.#handOn();
    this.#come.add(uuid);
    const start = at * (powers.length + 1);
    powers.forEach((cell, n) => {
      this.#row[start + n] = this.#powerOf(cell, at, n);
    });
    const own = this.#row.subarray(start, start + powers.length);
    if (!own.every(Number.isNaN)) this.#row[start + powers.length] = stampUnixS(stamp, Date.now());
    this.#lineNs = atNs;
    if (this.#come.size === this.#cards.cards.length) this.#handOn();
  }

  #handOn(): void {
    this.#take(this.#row, this.#lineNs);
    this.#row.fill(Number.NaN);
    this.#come.clear();
    this.#restartMs = restartMs.first;
  }

  #powerOf(text: string, at: number, power: number): number {
    const cell = readCell(text);
    if ('value' in cell) return cell.value;
    if (!isNotThere(cell.words)) {
      const [{ prefix }, { field }] = [this.#cards.cards[at]!, this.#cards.powers[power]!];
      this.#environment.tell(
        'sensor-lost',
        `${prefix} has for ${field}: ${printable(cell.words.slice(0, 100))}`,
      );
    }
    return Number.NaN;
  }
}
