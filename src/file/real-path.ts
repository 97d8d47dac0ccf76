import { realpathSync } from 'node:fs';

/** A file or a port by the one name that all its links lead to; as it is called where it is not there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
