import type { Flood } from './flood.js';
import type { Trial } from './trial.js';

export interface Results {
  trial?: Trial;
  flood?: Flood;
}

export function fillPage(_results: Results): void {}
