import type { ClockAnchor } from '../../clock.js';
import type { SensorBlock, SensorDoubt, SensorDoubtCode } from '../sensor.js';
import type { CounterStates } from './counter-cells.js';
import { DoubtLog, doubtOf } from './doubt-log.js';
import type { Opened, SensorNews, Wanted } from './messages.js';
import { unpacked } from './rows.js';

/** One of the sensors of a process, over all processes that one after another read it. */
export class Member {
  /** Undefined until it has said what it is, or why not. */
  opened: Opened | undefined;
  /** Undefined where it is not recorded. */
  take: ((block: SensorBlock) => void) | undefined;
  /** It is being looked for again. */
  isTried = false;
  /** It hangs where it is looked for, and the others are read without it. */
  #isLeftOut = false;
  /** Of the processes before this one. */
  readonly #before = new DoubtLog();
  #cpuBeforeS = 0;
  #doubts: readonly SensorDoubt[] = [];
  #cpuS: number | null = null;
  #counters: CounterStates = {};
  #handed: ClockAnchor | undefined;
  #lastNs = 0;

  readonly #at: number;
  readonly #wanted: Wanted;

  constructor(at: number, wanted: Wanted) {
    this.#at = at;
    this.#wanted = wanted;
  }

  get cpuS(): number | null {
    return this.#cpuS === null ? null : this.#cpuBeforeS + this.#cpuS;
  }

  get doubts(): readonly SensorDoubt[] {
    return [...this.#before.all, ...this.#doubts];
  }

  /** As it is asked for, null where it is left out. One that was there already is looked for, with the columns that it had. */
  get wanted(): Wanted | null {
    const { opened } = this;
    if (this.#isLeftOut) return null;
    if (!this.take || !opened || !('columns' in opened)) return this.#wanted;
    const { identity, columns } = opened;
    return {
      ...this.#wanted,
      known: { identity, columns, counters: this.#counters, handed: this.#handed },
    };
  }

  hear(news: SensorNews): void {
    this.#doubts = news.doubts;
    this.#cpuS = news.cpuS;
    // One that has not been found again has none yet.
    this.#counters = { ...this.#counters, ...news.counters };
    this.#handed = news.handed ?? this.#handed;
    if (news.count === 0) return;
    const block = unpacked(news);
    this.#lastNs = block.latestNs[block.count - 1]!;
    this.take?.(block);
  }

  /** Its process hung. One that hung when it was looked for again is left alone from then on. */
  hang(message: string, nowNs: number | null): void {
    const isGuilty = this.isTried;
    this.lose('sensor-silent', message, nowNs);
    if (!isGuilty) return;
    this.#isLeftOut = true;
    this.#before.add('sensor-silent', 'it hung again when it was looked for, and is left alone', nowNs);
  }

  /** Its process is gone: from `nowNs` on nothing is known. @param nowNs null before the recording began */
  lose(code: SensorDoubtCode, message: string, nowNs: number | null): void {
    this.isTried = false;
    if (this.#isLeftOut) return;
    this.opened ??= { at: this.#at, doubt: doubtOf(code, message) };
    if (!('columns' in this.opened)) return;
    for (const each of this.#doubts) this.#before.add(each.code, each.message, each.lastNs, each.times);
    this.#doubts = [];
    this.#before.add(code, message, nowNs);
    this.#cpuBeforeS += this.#cpuS ?? 0;
    this.#cpuS = this.#cpuS === null ? null : 0;
    if (nowNs === null) return;
    // What its driver keeps meanwhile comes behind the empty row.
    const atNs = this.#handed ? this.#lastNs + 1000 : nowNs;
    this.#lastNs = atNs;
    this.take?.(emptyRow(atNs, this.opened.columns.length));
  }
}

const emptyRow = (atNs: number, columns: number): SensorBlock => ({
  count: 1,
  earliestNs: Float64Array.of(atNs),
  latestNs: Float64Array.of(atNs),
  values: Array.from({ length: columns }, () => Float64Array.of(Number.NaN)),
});
