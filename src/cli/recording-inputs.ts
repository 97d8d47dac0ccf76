import { existsSync } from 'node:fs';
import type { NamedFile } from '../file/shared-files.js';

/**
 * What is read of recordings: their files, and the summaries beside them, whose figures would be lost if they were written over.
 * @param roleOf what each is called
 */
export async function recordingInputs(
  paths: readonly string[],
  roleOf: (at: number) => string,
): Promise<NamedFile[]> {
  const { summaryPlaces } = await import('../report/reading/beside.js');
  const summaries = paths
    .filter((path) => path !== '-')
    .flatMap(summaryPlaces)
    .map(({ place }) => place);
  return [
    ...paths.map((path, n) => ({ role: roleOf(n), path })),
    ...summaries.filter((path) => existsSync(path)).map((path) => ({ role: 'the summary', path })),
  ];
}
