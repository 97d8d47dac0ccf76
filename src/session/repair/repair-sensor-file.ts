import { openByteInput } from '../../file/byte-input.js';
import { ByteWindow } from '../../file/byte-window.js';
import { isDoubtful, lineLength, maxLineBytes, textAt } from '../rows/csv-rows.js';
import type { Finding } from './finding.js';

const instants = ['time_s', 'unix_time_s'];
const instantForm = /^\d+\.\d{6}$/;
const valueForm = /^-?\d+(?:\.(\d+))?$/;

/**
 * Looks through a file that a sensor's readings may have been written to: instants, and columns that end in a unit, each with as many
 * decimals all through. Null where it is none, or was changed otherwise than by a torn end; one with sums of a board is the board's.
 */
export async function inspectSensorFile(path: string): Promise<Finding | null> {
  const input = await openByteInput(path);
  try {
    const window = new ByteWindow(input);
    const rows = await Rows.open(window);
    if (!rows) return null;
    let samples = 0;
    let wholeBytes = window.offset;
    let torn = false;
    for (;;) {
      const length = await lineLength(window);
      if (length < 0) break;
      if (!rows.take(textAt(window, length))) {
        torn = await isDoubtful(window, length);
        if (!torn) return null;
        break;
      }
      window.at += length + 1;
      wholeBytes = window.offset;
      samples++;
    }
    if (input.fault !== null || !(torn || (await isTornRow(window)))) return null;
    torn ||= window.offset > wholeBytes;
    return {
      ...{ samples, unit: 'reading', firstUs: null, lastUs: null, wholeBytes },
      ...{ torn, tail: new Uint8Array(0), knowsBoard: false, dated: true },
      ...{ lacking: [], summary: null, partFacts: null },
    };
  } finally {
    await input.close();
  }
}

/** Takes rows that go on from one another. */
class Rows {
  readonly #decimals: (number | undefined)[] = [];
  #lastS = 0;

  private constructor(readonly columns: number) {}

  /** Passes the header. */
  static async open(window: ByteWindow): Promise<Rows | null> {
    const length = await lineLength(window);
    if (length < 0) return null;
    const names = textAt(window, length).split(',');
    const isSensors =
      names.length > instants.length &&
      names.every((name, n) =>
        n < instants.length ? name === instants[n] : /^[A-Za-z]\w*_[a-z]+$/.test(name),
      ) &&
      !names.includes('system_power_w');
    if (!isSensors) return null;
    window.at += length + 1;
    return new Rows(names.length);
  }

  take(line: string): boolean {
    const cells = line.split(',');
    const [time = '', unixTime = ''] = cells;
    if (cells.length !== this.columns || !instantForm.test(time) || Number(time) < this.#lastS) return false;
    if (unixTime !== '' && !instantForm.test(unixTime)) return false;
    this.#lastS = Number(time);
    return cells.every((cell, n) => {
      if (n < instants.length || cell === '') return true;
      const [text, fraction = ''] = valueForm.exec(cell) ?? [];
      if (text === undefined) return false;
      this.#decimals[n] ??= fraction.length;
      return this.#decimals[n] === fraction.length;
    });
  }
}

/** Passes what stands behind the last whole row; false where that is no part of a row, NULs, or both. */
async function isTornRow(window: ByteWindow): Promise<boolean> {
  const [part = ''] = textAt(window, Math.min(window.available, maxLineBytes)).split('\0');
  if (window.input.tear?.kind !== 'cut' && !/^[-\d.,]*$/.test(part)) return false;
  window.at += part.length;
  while (await window.ensure(1)) {
    const rest = window.bytes.subarray(window.at, window.at + window.available);
    if (rest.some((byte) => byte !== 0)) return false;
    window.at += rest.length;
  }
  return true;
}
