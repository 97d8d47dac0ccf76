import { drawRecipe, type Spoiler, spoil, spoilerNames } from '../pairs/cases.js';
import { type LoadKind, loadKinds } from '../pairs/loads.js';
import type { Recipe } from '../pairs/pair.js';

/** Which case it is: by this name anybody makes it again. */
export interface CaseName {
  readonly group: Group;
  readonly load: LoadKind;
  readonly seed: number;
}

/** `faster` and `slower` than updates, `unrelated`, `stamped` by the sensor itself, or with one thing that goes wrong. */
export type Group = 'faster' | 'slower' | 'unrelated' | 'stamped' | Spoiler;

/** Loads by which a lag can be told. */
export const tellingLoads: readonly LoadKind[] = [
  ...(['steps', 'bursts', 'tokens', 'noise', 'oneStep', 'ramp', 'rareEvents'] as const),
];
export const periodicLoads: readonly LoadKind[] = ['square', 'sinusoid'];
/** Loads of one edge or two and nothing else, by which a lag is known no better than the sensor looks. */
export const bareLoads: readonly LoadKind[] = ['bareStep', 'bareRamp'];
/** Loads with so many edges, or so much else, that a window shows. */
export const livelyLoads: readonly LoadKind[] = ['steps', 'bursts', 'tokens', 'noise'];

/** Every case of the table. @param perKind seeded cases of each kind of load with polls faster than updates */
export function plan(perKind: number): CaseName[] {
  const some = (group: Group, loads: readonly LoadKind[], count: number): CaseName[] =>
    loads.flatMap((load) => Array.from({ length: count }, (_, n) => ({ group, load, seed: n + 1 })));
  return [
    ...some('faster', loadKinds, perKind),
    ...some('slower', tellingLoads, Math.ceil(perKind / tellingLoads.length)),
    ...some('stamped', tellingLoads, Math.ceil(perKind / tellingLoads.length)),
    ...some('unrelated', loadKinds, Math.ceil((4 * perKind) / loadKinds.length)),
    ...spoilerNames.flatMap((spoiler) => some(spoiler, livelyLoads, Math.ceil(perKind / 12))),
    // What spoils a ramp is coarse steps.
    ...some('coarse', ['bareRamp'], Math.ceil(perKind / 4)),
  ];
}

export function recipeOf({ group, load, seed }: CaseName): Recipe {
  if (group === 'faster') return drawRecipe(load, seed);
  if (group === 'slower') {
    // A counter that is polled more slowly than it counts is another sensor: its window is the poll's.
    const kinds = ['held', 'averaged', 'onePole', 'dutyCycled'] as const;
    return drawRecipe(load, seed, { polls: 'slower', sensor: kinds[seed % kinds.length]! });
  }
  if (group === 'unrelated') return drawRecipe(load, seed, { relation: 'none' });
  if (group === 'stamped') return drawRecipe(load, seed, { ownStamps: true });
  return spoil(drawRecipe(load, seed), group);
}
