import { plural } from '../units.js';
import type { Readings } from './tidy.js';

/** A run, and what was counted of it from its begin, J. */
interface Run {
  /** NaN where the file does not tell. */
  readonly beginUs: number;
  readonly rows: { us: number; joules: number }[];
}

/** Rows of one run tell the same begin, but for what their stamps are cut off by, µs. */
const sameBeginUs = 2e6;

/** Rows of counters that each begin at zero with a run of their own, as CodeCarbon appends them to one file. */
export class RunCollector {
  readonly #runs: Run[] = [];
  /** The last run of each name. */
  readonly #open = new Map<string, Run>();

  take(name: string, us: number, joules: number, durationUs: number): void {
    if (!Number.isFinite(joules)) return;
    const beginUs = us - durationUs;
    const open = this.#open.get(name);
    const last = open?.rows.at(-1);
    const isSame =
      last !== undefined &&
      !(Math.abs(open!.beginUs - beginUs) > sameBeginUs) &&
      us >= last.us &&
      joules >= last.joules;
    if (!isSame) {
      const run: Run = { beginUs, rows: [{ us, joules }] };
      this.#open.set(name, run);
      this.#runs.push(run);
    } else if (us === last.us) last.joules = joules;
    else open!.rows.push({ us, joules });
  }

  /**
   * All runs one after the other.
   * @param remark is told what was left out
   */
  finish(remark: (text: string) => void): { readonly readings: Readings; readonly begins: number[] } {
    const placed: Run['rows'][] = [];
    let beside = 0;
    const begun = this.#runs.map(fromBegin).sort((a, b) => a[0]!.us - b[0]!.us);
    for (const rows of begun)
      if (!isBehind(placed.at(-1), rows)) beside++;
      else placed.push(rows);
    if (beside > 0) remark(`left out: ${plural(beside, 'run')} that went on while another one did`);
    const rows = placed.flat();
    const begins: number[] = [];
    let at = 0;
    for (const { length } of placed) {
      begins.push(at);
      at += length;
    }
    return {
      begins,
      readings: {
        timeUs: Float64Array.from(rows, ({ us }) => us),
        value: Float64Array.from(rows, ({ joules }) => joules),
        stampUs: null,
      },
    };
  }
}

/** A run had counted nothing when it began. */
const fromBegin = ({ beginUs, rows }: Run): Run['rows'] =>
  beginUs < rows[0]!.us ? [{ us: beginUs, joules: 0 }, ...rows] : rows;

/** Whether a run came after the one before; of two that touch by what their stamps are cut off by, the ends are put together. */
function isBehind(before: Run['rows'] | undefined, rows: Run['rows']): boolean {
  const end = before?.at(-1);
  const begin = rows[0]!;
  if (!end || begin.us > end.us) return true;
  const middleUs = Math.floor((begin.us + end.us) / 2);
  const isTouching =
    end.us - begin.us <= sameBeginUs &&
    middleUs > (before?.at(-2)?.us ?? Number.NEGATIVE_INFINITY) &&
    middleUs + 1 < (rows[1]?.us ?? Number.POSITIVE_INFINITY);
  if (isTouching) [end.us, begin.us] = [middleUs, middleUs + 1];
  return isTouching;
}
