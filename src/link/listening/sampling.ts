import type { Driven } from '../drive.js';
import type { Answerer } from '../identity/identified.js';
import type { SamplingOptions, SamplingOutcome } from '../link.js';
import type { SampleRing } from '../ring.js';
import { Sampler } from '../sampler.js';
import { isTalker } from './identify.js';
import { Listener } from './listener.js';

/** What takes the samples of whoever answered: asks it, or listens to it. */
export const makeSampling = (
  identified: Answerer,
  ring: SampleRing,
  options: SamplingOptions,
): Driven & { readonly outcome: SamplingOutcome } =>
  isTalker(identified) ? new Listener(identified, ring, options) : new Sampler(identified, ring, options);
