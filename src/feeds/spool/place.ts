import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { makeFolders } from '../../file/folder/make-folders.js';
import { summaryPathFor } from '../../sink/summary-file.js';

interface SpoolPlace {
  readonly out?: string | undefined;
  readonly capture?: string | undefined;
}

/** What the folder's name ends in, for each kind of receiver its own. */
type SpoolKind = 'spool' | 'mqtt-spool';

/**
 * Where a recording's spool lies: beside its first output (`run.csv` → `run.spool`), so that both are found together; of one
 * that keeps no file, in the user's state folder, which is made where there is
 * none.
 * @throws UserError (outputFailed) where that cannot be made
 */
export function spoolFolder({ out, capture }: SpoolPlace, kind: SpoolKind, nowMs = Date.now()): string {
  for (const path of [out, capture]) {
    const summary = path === undefined ? null : summaryPathFor(path);
    if (summary !== null) return join(dirname(summary), basename(summary).replace(/summary\.json$/, kind));
  }
  const folder = stateFolder();
  makeFolders(folder, {
    what: 'the folder for what cannot be sent yet,',
    instead: 'set XDG_STATE_HOME to one that takes it, or give --out or --capture, beside which it then lies',
    mode: 0o700,
  });
  return join(folder, `${stampOf(nowMs)}-${process.pid}.${kind}`);
}

/** As the XDG base directories have it. */
function stateFolder(): string {
  const given = process.env.XDG_STATE_HOME;
  return join(given?.startsWith('/') ? given : join(homedir(), '.local', 'state'), 'powerlog');
}

/** `20261126T075103Z`: an instant for names. */
export const stampOf = (unixMs: number): string => new Date(unixMs).toISOString().replace(/[-:]|\.\d+/g, '');
