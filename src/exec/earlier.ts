import { readFile } from 'node:fs/promises';
import { shortDigest } from '../board/calibration.js';
import { errorText, inputError, systemErrorCode } from '../errors.js';
import type { BoardSummary, PerComponent } from '../measure/summary.js';
import type { EarlierBoard, EarlierSummary } from '../schema/earlier-summary.js';
import { issueText, type Schema } from '../schema/json/issue-text.js';
import type { Warning } from '../stream/warning.js';
import { plural } from '../units.js';

/** Loaded where an earlier summary is given: it brings zod. */
const loadSchema = () => import('../schema/earlier-summary.js');

/** What `--baseline FILE` gives. */
export interface EarlierIdle {
  readonly powerW: PerComponent<number>;
  /** Empty where the file does not say. */
  readonly boards: readonly EarlierBoard[];
}

/** @throws UserError (badInput) where it holds no idle power */
export async function readIdlePower(path: string): Promise<EarlierIdle> {
  const { earlierIdleW, earlierSummarySchema } = await loadSchema();
  const summary = await readSummary(path, earlierSummarySchema);
  const powerW = earlierIdleW(summary);
  if (!powerW)
    throw inputError(
      `${path}: holds no idle power; record one with \`powerlog record --duration 30s --out idle.csv\` while nothing runs`,
    );
  return { powerW, boards: boardsOf(summary) };
}

/** What `--baseline-run FILE` gives. */
export interface EarlierRun {
  readonly energyJ: number;
  /** Empty where the file does not say. */
  readonly boards: readonly EarlierBoard[];
}

/** @throws UserError (badInput) where it holds no energy */
export async function readEarlierRun(path: string): Promise<EarlierRun> {
  const { earlierEnergyJ, earlierSummarySchema } = await loadSchema();
  const summary = await readSummary(path, earlierSummarySchema);
  const energyJ = earlierEnergyJ(summary);
  if (energyJ === null || energyJ <= 0)
    throw inputError(
      `${path}: holds no energy of a command that went well and was measured to its end; expected a summary that \`powerlog exec --out\` wrote`,
    );
  return { energyJ, boards: boardsOf(summary) };
}

function boardsOf({ tracks = [], board }: EarlierSummary): EarlierBoard[] {
  const several = tracks.flatMap((track) => (track.board ? [track.board] : []));
  const boards = several.length > 0 ? several : [board];
  return boards.filter((each) => each !== undefined);
}

/**
 * What keeps two measurements from being comparable without a word: they were not made by the same instruments.
 * @param what was measured earlier
 */
export function instrumentWarnings(
  now: readonly BoardSummary[],
  earlier: readonly EarlierBoard[] = [],
  what = 'the earlier run',
): Warning[] {
  if (earlier.length === 0) return [];
  const differs =
    now.length === earlier.length
      ? now.flatMap((board, n) => differences(board, earlier[n]!))
      : [`${plural(earlier.length, 'board')} then, ${now.length} now`];
  if (differs.length === 0) return [];
  return [
    {
      code: 'other-instrument',
      message: `${what} was not measured by the same instrument (${differs.join('; ')}): part of the difference may be the instrument's`,
    },
  ];
}

function differences(now: BoardSummary, earlier: EarlierBoard): string[] {
  const differs: string[] = [];
  const known = <Value>(value: Value | null | undefined): value is Value =>
    value !== null && value !== undefined;
  const compare = (
    what: string,
    a: string | number | null | undefined,
    b: string | number | null | undefined,
  ) => {
    if (known(a) && known(b) && a !== b) differs.push(`${what} ${b} then, ${a} now`);
  };
  compare('product', now.product, earlier.product);
  compare('board', now.uid, earlier.uid);
  compare('firmware', now.firmware, earlier.firmware);
  compare('calibration', digestOf(now.calibration), digestOf(earlier.calibration));
  return differs;
}

const digestOf = (calibration: { readonly sha256: string } | null | undefined): string | undefined =>
  calibration ? shortDigest(calibration.sha256) : undefined;

/** A summary from its file. @throws UserError (badInput) */
export async function readSummary<Summary>(path: string, schema: Schema<Summary>): Promise<Summary> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const missing = systemErrorCode(error) === 'ENOENT';
    const what = missing ? 'no such file' : errorText(error).split('\n')[0];
    throw inputError(`${path}: the summary cannot be read: ${what}; expected a run.summary.json`, error);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw inputError(`${path}: ${issueText(parsed.error)}`);
  return parsed.data;
}
