import { existsSync } from 'node:fs';
import { realPath } from '../../file/real-path.js';
import { summaryPathFor } from '../../sink/summary-file.js';

/**
 * The name by which what belongs to a recording is found: that of the file itself, where it was called by a link beside which
 * no summary is.
 */
export function ownName(path: string): string {
  const summaryPath = summaryPathFor(path);
  return summaryPath === null || existsSync(summaryPath) ? path : realPath(path);
}

/** The capture that bears the same name. */
export function captureBeside(path: string): string | null {
  const stem = path.replace(/\.gz$/, '').replace(/(?<=[^/])\.[^./]+$/, '');
  return [`${stem}.plog`, `${stem}.plog.gz`].find((each) => each !== path && existsSync(each)) ?? null;
}

/** The name, or one like it that nothing has. */
export function freeName(path: string): string {
  let name = path;
  for (let n = 2; existsSync(name); n++) name = `${path}${n}`;
  return name;
}
