import { boardFor } from '#powerlog/board/catalogue.js';
import { ownMap } from '#powerlog/measure/rail-map.js';

/** The components that a BENCHLAB's maker makes of its rails. */
export const benchlabMap = ownMap(boardFor('benchlab')!);
