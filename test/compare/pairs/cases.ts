import { Chance } from './chance.js';
import { type LoadKind, loadKinds } from './loads.js';
import type { Recipe } from './pair.js';
import { noFlaws, type SpanS } from './polls.js';
import { drawSensor, type SensorKind, sensorKinds } from './sensors.js';

/** What a case is drawn with instead of by chance. */
export interface Given {
  readonly sensor?: SensorKind;
  readonly polls?: 'faster' | 'slower';
  readonly durationS?: number;
  readonly relation?: Recipe['relation'];
  readonly ownStamps?: boolean;
}

/**
 * A case of the table: a load of a kind, and by chance a sensor, polls at most ⅔ of the updates' period apart (or
 * slower than updates), and 60 to 150 s. One in five has a missing span.
 */
export function drawRecipe(load: LoadKind, seed: number, given: Given = {}): Recipe {
  const chance = new Chance((Math.imul(seed, 2_654_435_761) ^ (loadKinds.indexOf(load) * 7919)) >>> 0);
  const durationS = given.durationS ?? chance.between(60, 150);
  const sensor = drawSensor(given.sensor ?? chance.pick(sensorKinds), chance);
  const share = given.polls === 'slower' ? chance.between(1.15, 3) : chance.logBetween(0.08, 0.66);
  const intervalS = Math.max(0.002, share * sensor.updateS);
  return {
    seed,
    load,
    durationS,
    board: {
      intervalS: 0.001 * chance.between(0.98, 1.15),
      jitterS: chance.between(0.00002, 0.0001),
      noiseW: chance.logBetween(0.2, 3),
    },
    sensor,
    polling: {
      intervalS,
      jitterS: intervalS * chance.between(0.005, 0.06),
      stampS: chance.pick([0.000_001, 0.001]),
      ownStamps: given.ownStamps ?? false,
    },
    flaws: { ...noFlaws, missing: chance.chance(0.2) ? [drawMissing(chance, durationS)] : [] },
    late: null,
    relation: given.relation ?? 'same',
    otherLoad: chance.pick(loadKinds.filter((kind) => !['flat', 'bareStep', 'bareRamp'].includes(kind))),
  };
}

function drawMissing(chance: Chance, durationS: number): SpanS {
  const fromS = chance.between(0.15, 0.75) * durationS;
  return { fromS, toS: fromS + chance.between(0.02, 0.1) * durationS };
}

const spoilers = {
  zeros: (recipe: Recipe) => withFlaws(recipe, { zeros: 0.01 }),
  spikes: (recipe: Recipe) => withFlaws(recipe, { spikes: 0.01 }),
  missing: (recipe: Recipe, chance: Chance) =>
    withFlaws(recipe, { missing: [1, 2, 3].map(() => drawMissing(chance, recipe.durationS)) }),
  drift: (recipe: Recipe, chance: Chance) =>
    withFlaws(recipe, { driftSPerHour: chance.pick([-1, 1]) * chance.logBetween(4, 40) }),
  clockStep: (recipe: Recipe, chance: Chance) =>
    withFlaws(recipe, {
      clockStep: {
        atS: chance.between(0.35, 0.65) * recipe.durationS,
        byS: chance.pick([-1, 1]) * chance.logBetween(1, 4) * Math.max(0.1, recipe.sensor.updateS),
      },
    }),
  lateUpdate: (recipe: Recipe, chance: Chance) => ({
    ...recipe,
    late: {
      nearS: chance.between(0.3, 0.7) * recipe.durationS,
      byS: chance.between(0.4, 0.9) * recipe.sensor.updateS,
    },
  }),
  /** Rounded to 1 W; a counter stays as fine as it is. */
  coarse: (recipe: Recipe) =>
    recipe.sensor.kind === 'counter' ? recipe : { ...recipe, sensor: { ...recipe.sensor, resolution: 1 } },
  /** A poll for each update, at the same point of its period. */
  locked: (recipe: Recipe) => ({
    ...recipe,
    sensor: { ...recipe.sensor, jitterS: 0 },
    polling: { intervalS: recipe.sensor.updateS, jitterS: 0.0002, stampS: 0.000_001, ownStamps: false },
  }),
} as const satisfies Readonly<Record<string, (recipe: Recipe, chance: Chance) => Recipe>>;

export type Spoiler = keyof typeof spoilers;
export const spoilerNames = Object.keys(spoilers) as Spoiler[];

/** The recipe with one thing more that goes wrong. */
export const spoil = (recipe: Recipe, spoiler: Spoiler): Recipe =>
  spoilers[spoiler](recipe, new Chance(recipe.seed ^ 0x5eed));

const withFlaws = (recipe: Recipe, flaws: Partial<Recipe['flaws']>): Recipe => ({
  ...recipe,
  flaws: { ...recipe.flaws, ...flaws },
});
