import { inputError, usageError } from '../../errors.js';
import { isCapture, isFile } from '../sides/open-side.js';
import { summaryOf } from '../sides/recording-facts.js';
import { areOfTwoTimes, isJsonFile, openRunFile, type RunFile, runFile } from './run-file.js';
import { refuseSensorTrack } from './sensor-track.js';

/**
 * The recordings where they are to be compared run by run; null where two traces are to be compared instant by instant.
 * @param tracesOption an option that only traces have, where one is given
 * @throws UserError (usage) where that contradicts what the files are; (badInput)
 */
export async function runFilesOf(
  paths: readonly string[],
  tracesOption: string | null,
  hasLimit: boolean,
): Promise<readonly RunFile[] | null> {
  const [summary] = paths.filter((path) => isJsonFile(path) && isSummaryName(path));
  const isSure = paths.length > 2 || hasLimit || summary !== undefined;
  if (isSure) {
    if (tracesOption !== null)
      throw usageError(
        `${tracesOption} is about two traces, and ${summary ?? (hasLimit ? '--max-regression' : `${paths.length} recordings`)} about runs`,
      );
    const files: RunFile[] = [];
    for (const path of paths) {
      refuseSensorTrack(path);
      files.push(await openRunFile(path));
    }
    return files;
  }
  if (tracesOption !== null) return null;
  return recordingsOfTwoTimes(paths);
}

const isSummaryName = (path: string): boolean => /summary\.json$/i.test(path);

/** Two recordings that both ran something, one after the other. */
async function recordingsOfTwoTimes(paths: readonly string[]): Promise<readonly RunFile[] | null> {
  const looked: RunFile[] = [];
  for (const path of paths) {
    // Where a summary lies there it tells enough, and no capture is decoded for that.
    const placed = isFile(path) ? summaryOf(path) : null;
    if (!placed && !(isFile(path) && (await isCapture(path)))) return null;
    looked.push(placed ? runFile(path, placed.summary, null) : await openRunFile(path));
  }
  const [a, b] = looked as [RunFile, RunFile];
  if (!areOfTwoTimes(a, b)) return null;
  paths.forEach(refuseSensorTrack);
  const idle = looked.find(({ hasCommand }) => !hasCommand);
  if (idle)
    throw inputError(
      `${a.path} and ${b.path} were recorded at two times, and ${idle.path} holds no runs: traces are compared where they share their time, runs where both were recorded by exec`,
    );
  const files: RunFile[] = [];
  for (const each of looked) files.push(each.evaluate ? each : await openRunFile(each.path));
  return files;
}
