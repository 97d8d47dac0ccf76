import type { Board } from '../board/board.js';
import { type FaultPlan, type WireFaultName, wireFaultNames } from './faults.js';
import type { Tally } from './port/tally.js';
import { hash32, uniform } from './random.js';

/** What goes onto the wire instead of a reply. */
interface Delivery {
  /** Empty for silence; lent until the next call. */
  bytes: Uint8Array;
  /** How much longer than usual it takes, ms. */
  delayMs: number;
}

const slowDelaysMs = [8, 16, 32, 64, 128, 256, 512];
const strayMost = 16;

/** Decides by chance what becomes of each reply. The same plan, seed and order of replies give the same faults. */
export class FaultInjector {
  readonly #delivery: Delivery = { bytes: new Uint8Array(0), delayMs: 0 };
  readonly #scratch: Uint8Array;
  /** Chances summed up, by kind. */
  readonly #thresholds: { readonly kind: WireFaultName; readonly below: number }[] = [];
  #replies = 0;
  #slowStep = slowDelaysMs.length;

  readonly #board: Board;
  readonly #plan: FaultPlan;
  readonly #seed: number;
  readonly #otherReplies: readonly Uint8Array[];
  readonly #tally: Tally;

  constructor(
    board: Board,
    plan: FaultPlan,
    seed: number,
    otherReplies: readonly Uint8Array[],
    tally: Tally,
  ) {
    this.#board = board;
    this.#plan = plan;
    this.#seed = seed;
    this.#otherReplies = otherReplies;
    this.#tally = tally;
    this.#scratch = new Uint8Array(2 * board.frameBytes);
    let sum = 0;
    for (const kind of wireFaultNames) {
      sum += plan.rates[kind] ?? 0;
      if (plan.rates[kind]) this.#thresholds.push({ kind, below: sum });
    }
  }

  /** What is sent for a frame; `nowNs` (CLOCK_MONOTONIC) is noted as the instant of a fault. */
  deliver(reply: Uint8Array, nowNs: number): Delivery {
    const delivery = this.#delivery;
    const number = this.#replies++;
    delivery.bytes = reply;
    delivery.delayMs = 0;
    if (this.#slowStep < slowDelaysMs.length) {
      delivery.delayMs = slowDelaysMs[this.#slowStep++]!;
      return delivery;
    }
    const draw = uniform(this.#seed, number);
    const fault = this.#thresholds.find(({ below }) => draw < below);
    if (fault) {
      this.#tally.countFault(fault.kind, nowNs);
      this.#spoil(fault.kind, reply, number);
    }
    return delivery;
  }

  #spoil(kind: WireFaultName, reply: Uint8Array, number: number): void {
    const [delivery, scratch, plan] = [this.#delivery, this.#scratch, this.#plan];
    const pick = (choices: number, purpose: number) => hash32(this.#seed + purpose, number) % choices;
    const at = pick(reply.length, 1);
    switch (kind) {
      case 'drop':
        scratch.set(reply.subarray(0, at));
        scratch.set(reply.subarray(at + 1), at);
        delivery.bytes = scratch.subarray(0, reply.length - 1);
        break;
      case 'repeat':
        scratch.set(reply.subarray(0, at + 1));
        scratch.set(reply.subarray(at), at + 1);
        delivery.bytes = scratch.subarray(0, reply.length + 1);
        break;
      case 'stray': {
        const strays = 1 + pick(strayMost, 2);
        const before = pick(2, 3) === 0;
        const firstStray = before ? 0 : reply.length;
        scratch.set(reply, before ? strays : 0);
        for (let i = 0; i < strays; i++) scratch[firstStray + i] = pick(256, 4 + i);
        delivery.bytes = scratch.subarray(0, reply.length + strays);
        break;
      }
      case 'double':
        scratch.set(reply);
        scratch.set(reply, reply.length);
        delivery.bytes = scratch.subarray(0, 2 * reply.length);
        break;
      case 'short':
        delivery.bytes = reply.subarray(0, reply.length >> 1);
        break;
      case 'late':
        delivery.delayMs = plan.lateMs;
        break;
      case 'silent':
        delivery.bytes = reply.subarray(0, 0);
        break;
      case 'wrong':
        delivery.bytes = this.#otherReplies[pick(this.#otherReplies.length, 2)]!;
        break;
      case 'slow':
        delivery.delayMs = slowDelaysMs[0]!;
        this.#slowStep = 1;
        break;
      case 'garble': {
        scratch.set(reply);
        const { rails, fields } = this.#board;
        const rail = rails[pick(rails.length, 2)]!;
        if (pick(2, 3) === 0) {
          const highByte = fields[rail.power]!.offset + 2;
          scratch[highByte]! ^= 0x40; // 4.2 kW more or less
        } else {
          scratch[fields[rail.voltage]!.offset + 1] = 0x5a; // 23 V
        }
        delivery.bytes = scratch.subarray(0, reply.length);
        break;
      }
    }
  }
}
