import { wordsOf } from '../../foreign/meaning/units.js';
import { nameOf } from './open-side.js';
import type { Side } from './side.js';

/** Words by which a name tells which component it is of. */
const told: readonly (readonly [component: string, words: readonly string[]])[] = [
  ['gpu', ['gpu', 'nvml', 'nvidia', 'smi', 'amd', 'rocm', 'cuda', 'graphics', 'socket']],
  ['cpu', ['cpu', 'rapl', 'package', 'pkg', 'core', 'cores', 'intel']],
  ['motherboard', ['motherboard']],
  ['system', ['system']],
];

/** The component that a name is about: `gpu` of `gpu_power_w` and of `run.nvml.csv`; null where it does not tell. */
export function componentOf(name: string): string | null {
  const words = new Set(wordsOf(name));
  return told.find(([, each]) => each.some((word) => words.has(word)))?.[0] ?? null;
}

/** What readings are of, by what wrote them, their column or their file. */
export const componentOfSide = ({ source, column, path }: Side): string | null =>
  componentOf(source ?? '') ?? componentOf(column) ?? componentOf(nameOf(path));
