import { usageError } from '../../errors.js';
import { isStandardOutput, type NamedFile, refuseSharedFiles } from '../../file/shared-files.js';
import { outputFiles } from '../../session/outputs.js';
import { refuseSharedPlaces, sensorPlaces } from '../../session/track-names.js';
import { inputFiles } from '../options.js';
import type { ExecOptions } from './exec-options.js';

/** @throws UserError (usage) where two of the outputs of `exec` are one file, or one is an input, or where the command writes. */
export function refuseSharedExecFiles(options: ExecOptions): void {
  const { exportJson, exportMarkdown, exportCsv, baseline, baselineRun } = options;
  const exports = [
    ...named('--export-json', exportJson),
    ...named('--export-markdown', exportMarkdown),
    ...named('--export-csv', exportCsv),
  ];
  const outputs = [...outputFiles(options), ...exports];
  for (const { role, path } of outputs)
    if (isStandardOutput(path))
      throw usageError(
        `${path === '-' ? role : `${role}, ${path},`} is standard output, which is the command's own; name another file`,
      );
  refuseSharedPlaces(options, options.port.length);
  if (options.with) sensorPlaces(options, ['']);
  const earlier = [
    ...named('--baseline', 'path' in baseline ? baseline.path : undefined),
    ...named('--baseline-run', baselineRun),
  ];
  refuseSharedFiles(outputs, [...inputFiles(options), ...earlier]);
}

const named = (role: string, path: string | undefined): NamedFile[] =>
  path === undefined ? [] : [{ role, path }];
