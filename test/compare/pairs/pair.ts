import { Chance } from './chance.js';
import { drawLoad, type Load, type LoadKind, marginS } from './loads.js';
import { type Flaws, type Polling, poll, type Readings } from './polls.js';
import { type LateUpdate, publish, type Sensor } from './sensors.js';
import { type Truth, truthOf } from './truth.js';

/** Everything that makes a pair. The same recipe makes the same pair. */
export interface Recipe {
  readonly seed: number;
  readonly load: LoadKind;
  readonly durationS: number;
  readonly board: BoardTraits;
  readonly sensor: Sensor;
  readonly polling: Polling;
  readonly flaws: Flaws;
  readonly late: LateUpdate | null;
  readonly relation: Truth['relation'];
  /** What the sensor's device does where it is unrelated to the board's. */
  readonly otherLoad: LoadKind;
}

export interface BoardTraits {
  readonly intervalS: number;
  /** Standard deviation of a sample's instant about its grid, s. */
  readonly jitterS: number;
  /** Standard deviation of a sample, W. */
  readonly noiseW: number;
}

/** A board's trace, as samples of whole mW. */
export interface BoardTrace {
  readonly timeUs: Float64Array;
  readonly powerMw: Int32Array;
}

/** A board's trace, readings of a sensor beside it, and what is true of the two. */
export interface Pair {
  readonly recipe: Recipe;
  readonly board: BoardTrace;
  readonly readings: Readings;
  readonly truth: Truth;
}

export function makePair(recipe: Recipe): Pair {
  const { durationS, sensor, flaws, relation } = recipe;
  const chance = new Chance(recipe.seed);
  // Each part has a stream of its own, so that a flaw more or less leaves all else as it was.
  const [loads, boards, sensors, polls, others] = Array.from({ length: 5 }, () => chance.fork()) as [
    Chance,
    Chance,
    Chance,
    Chance,
    Chance,
  ];
  const load = drawLoad(recipe.load, loads, durationS);
  const board = sampleBoard(load, recipe.board, boards, durationS);
  const read = relation === 'none' ? drawLoad(recipe.otherLoad, others, durationS) : load;
  const curve = relation === 'twin' ? read.curve.varied(others, 0.01) : read.curve;
  // A sensor has been running for some time before it is asked.
  const updates = publish(sensor, curve, sensors, -marginS / 2, durationS + 1, recipe.late ?? undefined);
  const readings = poll(updates, sensor.kind, recipe.polling, flaws, polls, durationS);
  return {
    recipe,
    board,
    readings,
    truth: truthOf(relation, { ...read, curve }, sensor, updates, flaws, durationS),
  };
}

function sampleBoard(
  { curve }: Load,
  { intervalS, jitterS, noiseW }: BoardTraits,
  chance: Chance,
  durationS: number,
): BoardTrace {
  const count = Math.floor(durationS / intervalS) + 1;
  const timeUs = new Float64Array(count);
  const powerMw = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const us = Math.round((n * intervalS + jitterS * chance.normal()) * 1e6);
    timeUs[n] = n === 0 ? Math.max(0, us) : Math.max(timeUs[n - 1]! + 1, us);
    powerMw[n] = Math.round((curve.powerAt(timeUs[n]! / 1e6) + noiseW * chance.normal()) * 1000);
  }
  return { timeUs, powerMw };
}
