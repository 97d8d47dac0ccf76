import { type Commands, commandNames } from '../../board/board.js';
import { type FaultName, faultNames } from '../faults.js';

/** What a simulator has been asked and has done so far. */
export interface SimulatorStats {
  /** Requests by command. */
  readonly requests: Readonly<Record<keyof Commands, number>>;
  /** Bytes that are none of the reading commands: how many, and the first of them. A logger sends none. */
  readonly unexpected: { readonly count: number; readonly first: readonly number[] };
  /** Injected faults by kind. */
  readonly faults: Readonly<Record<FaultName, number>>;
  /** When each was injected, ns of CLOCK_MONOTONIC; only the first 100,000 are kept. */
  readonly faultInstants: readonly { readonly kind: FaultName; readonly atNs: number }[];
}

const firstKept = 64;
const instantsKept = 100_000;

/**
 * The counters behind `SimulatorStats`, in memory that two threads may share: one writes, the others read what may be
 * a moment old.
 */
export class Tally {
  readonly memory: SharedArrayBuffer;
  readonly #requests: Float64Array;
  readonly #faults: Float64Array;
  /** Unexpected bytes, fault instants. */
  readonly #totals: Float64Array;
  readonly #instants: Float64Array;
  readonly #kinds: Uint8Array;
  readonly #first: Uint8Array;

  constructor(memory?: SharedArrayBuffer) {
    const words = commandNames.length + faultNames.length + 2 + instantsKept;
    this.memory = memory ?? new SharedArrayBuffer(words * 8 + instantsKept + firstKept);
    let at = 0;
    const doubles = (count: number): Float64Array => {
      const part = new Float64Array(this.memory, at, count);
      at += count * 8;
      return part;
    };
    this.#requests = doubles(commandNames.length);
    this.#faults = doubles(faultNames.length);
    this.#totals = doubles(2);
    this.#instants = doubles(instantsKept);
    this.#kinds = new Uint8Array(this.memory, at, instantsKept);
    this.#first = new Uint8Array(this.memory, at + instantsKept, firstKept);
  }

  countRequest(command: number): void {
    this.#requests[command]! += 1;
  }

  countUnexpected(byte: number): void {
    const count = this.#totals[0]!++;
    if (count < firstKept) this.#first[count] = byte;
  }

  countFault(kind: FaultName, atNs: number): void {
    const index = faultNames.indexOf(kind);
    this.#faults[index]! += 1;
    const count = this.#totals[1]!;
    if (count === instantsKept) return;
    this.#instants[count] = atNs;
    this.#kinds[count] = index;
    this.#totals[1] = count + 1;
  }

  read(): SimulatorStats {
    const [unexpected = 0, instants = 0] = this.#totals;
    const byName = <Name extends string>(names: readonly Name[], counts: Float64Array) =>
      Object.fromEntries(names.map((name, index) => [name, counts[index]!])) as Record<Name, number>;
    return {
      requests: byName(commandNames, this.#requests),
      unexpected: { count: unexpected, first: [...this.#first.subarray(0, Math.min(unexpected, firstKept))] },
      faults: byName(faultNames, this.#faults),
      faultInstants: Array.from({ length: instants }, (_, index) => ({
        kind: faultNames[this.#kinds[index]!]!,
        atNs: this.#instants[index]!,
      })),
    };
  }
}
