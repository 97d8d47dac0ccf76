import { fileTargets } from './files.js';
import { foreignTargets } from './foreign.js';
import { linkTargets } from './link.js';
import type { Target } from './target.js';
import { textTargets } from './texts.js';

/** Everything that reads foreign bytes. */
export const targets: readonly Target[] = [...linkTargets, ...fileTargets, ...foreignTargets, ...textTargets];
