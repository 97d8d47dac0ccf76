import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { usageError } from '../errors.js';
import { makeFolders } from '../file/folder/make-folders.js';

interface ReplayOutput {
  readonly input: string;
  /** Null where only the figures are asked for. */
  readonly out: string | null;
}

/**
 * Which input goes where. `--out` is one file for one input, or a directory: one that exists, or a name that ends in
 * `/`, which is then made. In a directory `run.plog` becomes `run.csv`, and standard input `stdin.csv`.
 * @throws UserError (usage) where two inputs would write one file
 */
export function replayOutputs(inputs: readonly string[], out: string | undefined): ReplayOutput[] {
  if (inputs.filter((input) => input === '-').length > 1)
    throw usageError('standard input (-) can be read once only');
  if (out === undefined) return inputs.map((input) => ({ input, out: null }));
  const outputs = isDirectory(out)
    ? inputs.map((input) => ({ input, out: join(out, csvName(input)) }))
    : inputs.map((input) => ({ input, out }));
  if (!isDirectory(out) && inputs.length > 1)
    throw usageError(
      `${inputs.length} inputs need a directory for --out, such as csv/; '${out}' is one file`,
    );
  const seen = new Map<string, string>();
  for (const { input, out: output } of outputs) {
    const other = seen.get(output);
    if (other !== undefined)
      throw usageError(`${other} and ${input} would both become ${output}; replay them one at a time`);
    seen.set(output, input);
  }
  if (out.endsWith('/')) makeFolders(out, { instead: 'give --out another one' });
  return outputs;
}

const csvName = (input: string): string =>
  input === '-'
    ? 'stdin.csv'
    : `${basename(input)
        .replace(/\.gz$/, '')
        .replace(/(?<=.)\.[^.]+$/, '')}.csv`;

const isDirectory = (path: string): boolean => path.endsWith('/') || (stat(path)?.isDirectory() ?? false);

/** Nothing where there is nothing, or nothing that can be looked at. */
function stat(path: string) {
  try {
    return path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
