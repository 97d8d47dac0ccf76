import { Chance } from '../pairs/chance.js';

/** A network's training as a board sees it: its epoch's mean power decides what 20 W too little are a share of. */
export interface Epoch {
  readonly name: string;
  readonly meanW: number;
  readonly durationS: number;
  readonly stepS: number;
  /** Share of a step in which the card works. */
  readonly duty: number;
}

/** One epoch's powers, W, a millisecond apart: steps of varying length and height, scaled to exactly the epoch's mean. */
export function epochPowers({ meanW, durationS, stepS, duty }: Epoch, seed: number): number[] {
  const chance = new Chance(seed);
  const powers: number[] = [];
  while (powers.length < durationS * 1000) {
    const lengthMs = Math.round(1000 * stepS * (1 + 0.05 * chance.normal()));
    const busyW = 1.3 + 0.05 * chance.normal();
    for (let ms = 0; ms < lengthMs; ms++) powers.push(ms < duty * lengthMs ? busyW : 0.45);
  }
  powers.length = durationS * 1000;
  const scale = (meanW * powers.length) / powers.reduce((sum, each) => sum + each, 0);
  return powers.map((power) => scale * power);
}
