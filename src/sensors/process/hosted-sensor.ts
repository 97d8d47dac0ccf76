import { type ClockAnchor, makeFastClock } from '../../clock.js';
import { errorText } from '../../errors.js';
import type { SensorPrograms } from '../programs/programs.js';
import { type AskedReader, type SensorReader, SensorTrouble } from '../reader.js';
import type { SensorDevice, SensorDoubtCode } from '../sensor.js';
import type { Agenda } from './agenda.js';
import type { CounterStates } from './counter-cells.js';
import type { DoubtLog } from './doubt-log.js';
import type { SensorNews } from './messages.js';
import { Pace } from './pace.js';
import { Rows } from './rows.js';

/** Where reading failed, it is tried again after this long, ms, and then after twice as long each time. */
const retryMs = { first: 250, longest: 5000 };
/** An answer or a line is waited for so long, ms, or so many of the spacings there were, before it counts as silence. */
const silentMs = 3000;
const silentSpacings = 6;

interface HostedOptions {
  readonly at: number;
  readonly intervalMs: number | null;
  readonly programs: SensorPrograms;
  readonly agenda: Agenda;
  /** Looks for it again, no other at the same time, so that it is known which one hangs where one does. */
  readonly tryAlone: (look: () => Promise<void>) => Promise<void>;
  readonly doubts: DoubtLog;
  /** What its counters had come to in a process before this one. */
  readonly counters?: CounterStates | undefined;
  /** Up to where that process handed on what its driver keeps, and told the rest to be empty. */
  readonly handed?: ClockAnchor | undefined;
  /** Finds it again. */
  readonly reopen: () => Promise<SensorReader>;
}

/** One sensor in its process: asked in turns, or listened to. */
export class HostedSensor {
  /** As they were when it was first there. */
  readonly devices: readonly SensorDevice[];
  readonly #rows: Rows;
  #reader: SensorReader;
  #now: () => number = () => 0;
  #originNs: bigint | null = null;
  #timer: NodeJS.Timeout | undefined;
  #callOff: () => void = () => {};
  #dueMs = 0;
  #askedNs: number | null = null;
  #heardNs = 0;
  #longestSpacingNs = 0;
  /** Nothing is known at present, which has been said. */
  #isAway = false;
  #retryMs = retryMs.first;
  #closed = false;
  /** What its programs had cost when the recording began, s. */
  #programsBeforeS = 0;

  readonly #options: HostedOptions;

  constructor(reader: SensorReader, options: HostedOptions) {
    this.#options = options;
    this.#reader = reader;
    this.devices = reader.identity.devices;
    this.#rows = new Rows(reader.columns, options.counters);
    this.#isAway = options.handed !== undefined;
  }

  get at(): number {
    return this.#options.at;
  }

  /** Its share of what this process costs. */
  get rows(): number {
    return this.#rows.total + 1;
  }

  start(originNs: bigint): void {
    this.#originNs = originNs;
    this.#now = makeFastClock(originNs);
    this.#heardNs = this.#now();
    this.#programsBeforeS = this.#options.programs.cpuS ?? 0;
    this.#attach();
  }

  /** @param cpuS its share of this process */
  news(cpuS: number): SensorNews {
    if (this.#originNs !== null) this.#watchSilence();
    const programsS = this.#options.programs.cpuS;
    const sumS = programsS === null ? null : cpuS + programsS - this.#programsBeforeS;
    return {
      ...{ at: this.#options.at, ...this.#rows.taken(), doubts: this.#options.doubts.all },
      ...{ cpuS: sumS, counters: this.#rows.counters },
      handed: 'listen' in this.#reader ? this.#reader.handed : undefined,
    };
  }

  async close(): Promise<void> {
    if (!this.#closed && this.#originNs !== null && !this.#isAway) this.#flush();
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#callOff();
    await this.#reader.close();
  }

  doubt(code: SensorDoubtCode, message: string): void {
    this.#options.doubts.add(code, message, this.#originNs === null ? null : this.#now());
  }

  #attach(): void {
    const reader = this.#reader;
    if ('listen' in reader) {
      const heard = new Float64Array(reader.columns.length);
      reader.listen((values, atNs) => {
        if (this.#closed || this.#originNs === null) return;
        heard.set(values);
        const ns = Number(atNs - this.#originNs);
        if (ns >= 0) this.#take(heard, ns, ns);
        this.#options.agenda.go();
      });
      return;
    }
    const { usualPeriodMs, shortestMs, columns } = reader;
    const fixedMs = this.#options.intervalMs;
    const ignored = new Set(columns.flatMap(({ quantity }, n) => (quantity === 'stamp' ? [n] : [])));
    // One that came back may have other columns, or be another way to read it.
    const pace = new Pace({ usualPeriodMs, shortestMs, fixedMs, columns: columns.length, ignored });
    this.#dueMs = this.#now() / 1e6;
    this.#ask(reader, pace, new Float64Array(columns.length));
  }

  #ask(reader: AskedReader, pace: Pace, values: Float64Array): void {
    if (this.#closed) return;
    values.fill(Number.NaN);
    const askedNs = this.#now();
    this.#askedNs = askedNs;
    const answered = (): void => this.#answered(reader, pace, values, askedNs);
    try {
      const answer = reader.read(values);
      if (answer) answer.then(answered).catch((error) => this.#lost(error));
      else answered();
    } catch (error) {
      void this.#lost(error);
    }
  }

  #answered(reader: AskedReader, pace: Pace, values: Float64Array, askedNs: number): void {
    this.#askedNs = null;
    if (this.#closed) return;
    const answeredNs = this.#now();
    pace.note(values, askedNs / 1e6, (answeredNs - askedNs) / 1e6);
    this.#take(values, askedNs, answeredNs);
    if (pace.isSlow)
      this.doubt(
        'sensor-slow',
        'it takes longer to answer than it should be asked again; it is asked less often',
      );
    this.#retryMs = retryMs.first;
    const { intervalMs } = pace;
    this.#dueMs = Math.max(this.#dueMs + intervalMs, answeredNs / 1e6);
    const leftMs = this.#dueMs - answeredNs / 1e6;
    this.#callOff = this.#options.agenda.after(leftMs, intervalMs, () => this.#ask(reader, pace, values));
  }

  /** What it says at the end of the recording. */
  #flush(): void {
    const reader = this.#reader;
    if (!reader.flush) return;
    reader.flush();
    if ('listen' in reader || this.#askedNs !== null) return;
    const values = new Float64Array(reader.columns.length).fill(Number.NaN);
    const askedNs = this.#now();
    try {
      void reader.read(values);
      this.#take(values, askedNs, this.#now());
    } catch {
      // It is away from now on, and nobody asks any more.
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timer = setTimeout(resolve, ms);
    });
  }

  /** Nothing could be read: the row is empty, and it is looked for again. */
  async #lost(error: unknown): Promise<void> {
    this.#askedNs = null;
    if (this.#closed) return;
    const trouble = error instanceof SensorTrouble ? error : null;
    if (!this.#isAway) this.doubt(trouble?.code ?? 'sensor-lost', trouble?.message ?? errorText(error));
    this.#nothing(this.#now());
    while (!this.#closed) {
      await this.#wait(this.#retryMs);
      this.#retryMs = Math.min(2 * this.#retryMs, retryMs.longest);
      if (this.#closed) return;
      try {
        await this.#options.tryAlone(() => this.#lookAgain());
        return;
      } catch {
        // It is still away.
      }
    }
  }

  async #lookAgain(): Promise<void> {
    await this.#reader.close();
    this.#reader = await this.#options.reopen();
    if (this.#closed) {
      await this.#reader.close();
      return;
    }
    this.#rows.readAs(this.#reader.columns);
    this.#attach();
  }

  #take(values: Float64Array, earliestNs: number, latestNs: number): void {
    const lost = this.#rows.add(values, earliestNs, latestNs);
    if (lost === 'empty') this.#nothing(latestNs);
    if (typeof lost === 'string') return;
    for (const name of lost)
      this.doubt(
        'sensor-counter-reset',
        `${name} began again, or went round unseen: it counts from 0 again, and what it counted meanwhile is not known`,
      );
    // How long it was away says nothing of how long it may be silent.
    if (!this.#isAway) this.#longestSpacingNs = Math.max(this.#longestSpacingNs, latestNs - this.#heardNs);
    this.#heardNs = latestNs;
    this.#isAway = false;
  }

  /** An empty row, once, so that no line is drawn over what is not known. */
  #nothing(atNs: number): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#rows.addEmpty(atNs);
  }

  #watchSilence(): void {
    if (this.#isAway) return;
    const nowNs = this.#now();
    const limitNs = Math.max(silentMs * 1e6, silentSpacings * this.#longestSpacingNs);
    const sinceNs = 'listen' in this.#reader ? this.#heardNs : (this.#askedNs ?? nowNs);
    if (nowNs - sinceNs < limitNs) return;
    this.doubt(
      'sensor-silent',
      'it said nothing for so long that what it last said is no longer taken for true',
    );
    this.#nothing(nowNs);
  }
}
