import type { Mark } from '../../../stream/command-event.js';
import type { RecordingEvent } from '../../../stream/event.js';
import type { SampleRows } from '../../../stream/sample-block.js';
import { EnergyWindow } from '../../intervals/energy-window.js';
import type { Unit } from './line-writer.js';
import { lineHead, marksMeasurement, quoted, type Tag } from './tags.js';

/** A phase that goes on, or whose end the samples have not reached. */
interface OpenPhase {
  readonly begin: Mark;
  end: { readonly atNs: number; readonly count: number | null } | null;
  /** By component; null before it is known, and where it is known no more. */
  beginJ: readonly number[] | null;
}

interface MarkLinesOptions {
  readonly tags: readonly Tag[];
  readonly startUnixUs: number;
  readonly unit: Unit;
  /** In the order of a row's powers. */
  readonly components: readonly string[];
}

const nsPerUs = 1000;
const unitNs = { ns: 1, ms: 1e6 } as const;

/**
 * What a command marks, as points: each mark, and each phase when it is over, at its beginning, with what it took. Marks that
 * would be one point (one name and kind at one instant) stand one tick apart.
 */
export class MarkLines {
  readonly #options: MarkLinesOptions;
  /** None in a recording without a command. */
  #energies: EnergyWindow | null = null;
  #open: OpenPhase[] = [];
  readonly #taken = new Map<string, bigint>();

  constructor(options: MarkLinesOptions) {
    this.#options = options;
  }

  /** Takes samples and the events behind them; gives the lines that they make. */
  take(rows: SampleRows, events: readonly RecordingEvent[]): string[] {
    if (this.#energies && rows.count > 0) this.#energies.add(rows);
    const lines = events.flatMap((event) => {
      if (event.type === 'experiment') this.#energies ??= new EnergyWindow(this.#options.components.length);
      if (event.type === 'run-end') this.#endAll(event.atNs);
      return event.type === 'marks' ? event.marks.map((mark) => this.#mark(mark)) : [];
    });
    return [...lines, ...this.#settle()];
  }

  /** What is open ends with the samples. */
  end(): string[] {
    const lastNs = (this.#energies?.lastUs ?? 0) * nsPerUs;
    this.#endAll(lastNs);
    for (const phase of this.#open)
      if (phase.end!.atNs > lastNs) phase.end = { ...phase.end!, atNs: Math.max(lastNs, phase.begin.atNs) };
    return this.#settle(true);
  }

  #mark(mark: Mark): string {
    if (mark.kind === 'begin') this.#open.push({ begin: mark, end: null, beginJ: null });
    if (mark.kind === 'end') {
      // As everywhere: an end ends the oldest of its name.
      const phase = this.#open.find(({ begin, end }) => begin.name === mark.name && end === null);
      if (phase) phase.end = mark;
    }
    return this.#line(mark.kind, mark.name, mark.atNs, { count: mark.count });
  }

  #endAll(atNs: number): void {
    for (const phase of this.#open) phase.end ??= { atNs: Math.max(atNs, phase.begin.atNs), count: null };
  }

  /** @param isLast no more samples come */
  #settle(isLast = false): string[] {
    const lastUs = this.#energies?.lastUs ?? 0;
    for (const phase of this.#open) phase.beginJ ??= this.#energyJ(phase.begin.atNs);
    const isOver = ({ end }: OpenPhase) => end !== null && (isLast || end.atNs / nsPerUs <= lastUs);
    const over = this.#open.filter(isOver);
    if (over.length > 0) this.#open = this.#open.filter((phase) => !isOver(phase));
    return over.map(({ begin, end, beginJ }) => {
      const { atNs, count } = end!;
      const endJ = this.#energyJ(atNs);
      const energies = this.#options.components.map((name, c) => {
        const isKnown = beginJ !== null && endJ !== null;
        return [`${name}_energy_j`, isKnown ? endJ[c]! - beginJ[c]! : null] as const;
      });
      return this.#line('phase', begin.name, begin.atNs, {
        count,
        duration_s: (atNs - begin.atNs) / 1e9,
        end_unix_ms: Math.round(this.#options.startUnixUs / 1000 + atNs / 1e6),
        ...Object.fromEntries(energies),
      });
    });
  }

  #energyJ(atNs: number): number[] | null {
    return this.#energies?.upToJ(atNs / nsPerUs) ?? null;
  }

  #line(kind: string, name: string, atNs: number, numbers: Record<string, number | null>): string {
    const { tags, unit } = this.#options;
    const head = lineHead(marksMeasurement, [
      ...tags,
      { key: 'kind', value: kind },
      { key: 'mark', value: name },
    ]);
    const fields = Object.entries(numbers).flatMap(([key, value]) =>
      value !== null && Number.isFinite(value) ? [`${key}=${value}`] : [],
    );
    return `${head} ${[`name=${quoted(name)}`, ...fields].join(',')} ${this.#stamp(head, atNs, unit)}\n`;
  }

  #stamp(head: string, atNs: number, unit: Unit): bigint {
    const unixNs = BigInt(this.#options.startUnixUs) * 1000n + BigInt(Math.round(atNs));
    const stamp = unixNs / BigInt(unitNs[unit]);
    const last = this.#taken.get(head);
    const own = last !== undefined && stamp <= last && last - stamp < 1000n ? last + 1n : stamp;
    this.#taken.set(head, own);
    return own;
  }
}
