import type { ReadingTrace, ReferenceTrace } from '#powerlog/compare/comparison.js';
import { wavesFor } from '#powerlog/comparison/audit/waves.js';

/** A sensor that is right but for what is said here. */
export interface Faults {
  readonly updateMs?: number;
  readonly windowMs?: number;
  readonly latencyMs?: number;
  readonly gain?: number;
  readonly offsetW?: number;
  readonly pollMs?: number;
}

const idleW = 60;
const busyW = 310;
const usPerMs = 1000;

/** Edges of the waves that an audit plays, ms, each begun a little late, as programs are. */
function edgesMs(durationMs: number): number[] {
  const { waves, restMs } = wavesFor(durationMs);
  const edges: number[] = [];
  let nowMs = restMs;
  for (const [n, { onMs, offMs, forMs }] of waves.entries()) {
    nowMs += 37.3 + 11.9 * n;
    for (const endMs = nowMs + forMs; nowMs + onMs + offMs < endMs; nowMs += onMs + offMs)
      edges.push(nowMs, nowMs + onMs);
    nowMs += restMs;
  }
  return edges;
}

/** A board, and a sensor that was polled beside it, while the waves of an audit were played. */
export class Rig {
  readonly #edges: readonly number[];
  /** J up to each edge, from 0 on. */
  readonly #joules: readonly number[];

  constructor(readonly durationMs: number) {
    this.#edges = edgesMs(durationMs);
    const joules = [0];
    let beforeMs = 0;
    this.#edges.forEach((edge, n) => {
      joules.push(joules[n]! + ((edge - beforeMs) / 1000) * this.#powerAfter(n - 1));
      beforeMs = edge;
    });
    this.#joules = joules.slice(1);
  }

  #powerAfter = (edge: number): number => (edge >= 0 && edge % 2 === 0 ? busyW : idleW);

  #edgeBefore(ms: number): number {
    let [low, high] = [0, this.#edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#edges[middle]! <= ms) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  powerW(ms: number): number {
    return this.#powerAfter(this.#edgeBefore(ms));
  }

  /** From 0 on, and before it as if it had been idle. */
  energyJ(ms: number): number {
    const edge = this.#edgeBefore(ms);
    if (edge < 0) return (ms / 1000) * idleW;
    return this.#joules[edge]! + ((ms - this.#edges[edge]!) / 1000) * this.#powerAfter(edge);
  }

  board(): ReferenceTrace {
    const timeUs = Float64Array.from({ length: this.durationMs }, (_, n) => n * usPerMs);
    return {
      timeUs,
      powerMw: timeUs.map((us) => Math.round(1000 * (this.powerW(us / usPerMs) + noiseW(us)))),
      gapLimitUs: 20_000,
    };
  }

  sensor(faults: Faults = {}): ReadingTrace {
    const {
      updateMs = 100.3,
      windowMs = updateMs,
      latencyMs = 12,
      gain = 1,
      offsetW = 0,
      pollMs = 9.7,
    } = faults;
    return this.#polled(pollMs, (ms) => {
      const endMs = Math.floor(ms / updateMs) * updateMs - latencyMs;
      const meanW = (1000 * (this.energyJ(endMs) - this.energyJ(endMs - windowMs))) / windowMs;
      return Math.round(1000 * (gain * meanW + offsetW)) / 1000;
    });
  }

  /** Steps every `updateMs`, and counts what `gain` makes of the truth. */
  counter({ updateMs = 103, gain = 1, pollMs = 9.7 }: Faults = {}): ReadingTrace {
    const steps = (ms: number) => gain * this.energyJ(Math.floor(ms / updateMs) * updateMs);
    return { ...this.#polled(pollMs, (ms) => Math.round(1000 * steps(ms)) / 1000), quantity: 'energy' };
  }

  #polled(pollMs: number, value: (ms: number) => number): ReadingTrace {
    const count = Math.floor(this.durationMs / pollMs);
    const timesMs = Float64Array.from({ length: count }, (_, n) => n * pollMs + 0.4 * noiseW(n * 7919));
    return {
      timeUs: timesMs.map((ms) => Math.round(ms * usPerMs)),
      value: timesMs.map(value),
      quantity: 'power',
    };
  }
}

/** Between −0.5 and 0.5, the same for the same seed. */
function noiseW(seed: number): number {
  const mixed = Math.sin(seed * 12.9898 + 78.233) * 43_758.5453;
  return mixed - Math.floor(mixed) - 0.5;
}
