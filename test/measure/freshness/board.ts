import { boardFor } from '#powerlog/board/catalogue.js';
import { type BoardFreshness, FreshnessTable } from '#powerlog/measure/freshness/board-freshness.js';
import { wiring } from '../recording.js';

const board = boardFor('benchlab')!;

/** Uniform 0 … 1, the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A board that is updated by itself, and somebody who samples it. Instants in µs. */
export interface Scene {
  readonly seed: number;
  /** Between two updates; absent where nothing is ever updated. */
  readonly updateUs?: number;
  /** Each comes early or late by up to this share of the interval. */
  readonly updateJitter?: number;
  /** How likely a rail differs after an update: a rail of little noise often reads the same. */
  readonly changes?: number;
  /** Rails that have noise; the others stand still. */
  readonly noisy?: number;
  readonly samplingUs?: number;
  /** Each spacing is longer or shorter by up to this share. */
  readonly samplingJitter?: number;
  /** How likely a spacing is up to ten times as long, and how likely a third of a second is missing. */
  readonly late?: number;
  readonly gaps?: number;
  readonly samples: number;
  /** The first of the rails are updated ten times a spacing. */
  readonly fast?: number;
  /** Rails are updated one after the other instead of all at once. */
  readonly inTurn?: boolean;
}

/** When the samples are taken. */
function instantsOf(scene: Scene, random: () => number): Float64Array {
  const { samples, samplingUs = 1000, samplingJitter = 0.1, late = 0, gaps = 0 } = scene;
  let us = samplingUs * random();
  return Float64Array.from({ length: samples }, () => {
    const at = Math.round(us);
    us += samplingUs * (1 + samplingJitter * (2 * random() - 1));
    if (random() < late) us += 9 * samplingUs * random();
    if (random() < gaps) us += 300_000;
    return at;
  });
}

/** What a rail reads at these instants: a number for each update that changed it. */
function readingsOf(timeUs: Float64Array, rail: number, scene: Scene, random: () => number): Int32Array {
  const { updateJitter = 0.02, changes = 1, noisy = board.rails.length, inTurn = false } = scene;
  const { samplingUs = 1000, fast = 0 } = scene;
  const updateUs = rail < fast ? samplingUs / 10 : scene.updateUs;
  const readings = new Int32Array(timeUs.length);
  if (updateUs === undefined || rail >= noisy) return readings;
  // All rails are updated at the same instants, unless they are in turn.
  const shared = seeded(scene.seed + (inTurn ? rail : 0));
  const firstUs = updateUs * shared();
  const instantOf = (n: number) => firstUs + updateUs * (n + updateJitter * (2 * shared() - 1));
  let [n, value] = [0, 0];
  let nextUs = instantOf(n);
  for (let row = 0; row < timeUs.length; row++) {
    for (; nextUs <= timeUs[row]!; nextUs = instantOf(++n)) if (random() < changes) value++;
    readings[row] = value;
  }
  return readings;
}

/** What is found of it, handed over in blocks of so many rows. */
export function foundIn(scene: Scene, rows = 700): BoardFreshness {
  const random = seeded(~scene.seed);
  const timeUs = instantsOf(scene, random);
  const channels: (Int32Array | undefined)[] = board.fields.map(() => undefined);
  board.rails.forEach(({ voltage, current, power }, rail) => {
    channels[voltage] = new Int32Array(timeUs.length).fill(12_000);
    channels[current] = readingsOf(timeUs, rail, scene, random);
    channels[power] = channels[current]!.map((ma) => 12 * ma);
  });
  const table = new FreshnessTable(board, wiring);
  for (let from = 0; from < timeUs.length; from += rows) {
    const to = Math.min(from + rows, timeUs.length);
    const part = channels.map((column) => column?.subarray(from, to));
    table.add(timeUs.subarray(from, to), part, to - from);
  }
  const spacings = timeUs
    .subarray(1)
    .map((us, n) => us - timeUs[n]!)
    .sort();
  return table.freshness(spacings[spacings.length >> 1]!)!;
}
