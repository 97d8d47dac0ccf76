import { readFileSync } from 'node:fs';
import { parsePoints } from '../../calibrate/points-table.js';
import type { RailPoint } from '../../calibrate/readings.js';
import { errorText, inputError, systemErrorCode } from '../../errors.js';
import { ownMap } from '../../measure/rail-map.js';
import { RailWatch } from '../../session/calibration/rail-watch.js';
import { startRecording } from '../../session/record.js';
import type { Source } from '../../source/source.js';
import { fixed } from '../../units.js';
import { notice } from '../terminal/notices.js';

/** Points whose rows say what the board read. @throws UserError (badInput) */
export const pointsWithMeans = (path: string): RailPoint[] =>
  parsePoints(path, textOf(path), false).map((row) => {
    if (!('board' in row)) throw new Error('a row of a recording');
    return { board: row.board, reference: row.meter };
  });

/** An instant may lie so far beyond the first or the last sample, µs: whole seconds were meant, and the board was asked first. */
const beyondUs = 100_000;

/** Points whose rows say when in a recording they were. @throws UserError (badInput) where it does not reach as far, or has no samples then */
export async function pointsInRecording(
  path: string,
  source: Source,
  rail: number,
  recordingPath: string,
): Promise<RailPoint[]> {
  const rows = parsePoints(path, textOf(path), true);
  const watch = new RailWatch(source.board, rail);
  const spans = rows.map((row) => {
    if (!('fromUs' in row)) throw new Error('a row of means');
    return row;
  });
  const asked = spans.map(({ fromUs, toUs }) => watch.between(fromUs, toUs));
  const recording = await startRecording({
    sources: [source],
    map: ownMap,
    calibrations: 'none',
    outputs: { columns: 'power', durable: false },
    sinks: () => [watch],
  });
  await recording.ended;
  for (const { message } of recording.warnings) notice(`warning: ${message}`);
  const means = await Promise.all(asked);
  const { seen } = watch;
  return spans.map(({ meter, fromUs, toUs, line }, n) => {
    const mean = means[n];
    const spareUs = Math.max(beyondUs, 2 * (seen?.spacingUs ?? 0));
    const isWithin = seen && fromUs >= seen.fromUs - spareUs && toUs <= seen.toUs + spareUs;
    if (!mean || !isWithin)
      throw inputError(
        `${path}: line ${line}: from ${seconds(fromUs)} to ${seconds(toUs)} s, and ${recordingPath} ${isWithin ? 'has no samples then' : heldBy(seen)}`,
      );
    if (!mean.isSteady) notice(`point ${n + 1}: the rail was not steady then`);
    return { board: mean.board, reference: meter };
  });
}

const heldBy = (seen: RailWatch['seen']): string =>
  seen ? `holds ${seconds(seen.fromUs)} to ${seconds(seen.toUs)} s` : 'holds hardly a sample';

const seconds = (us: number): string => fixed(us / 1e6, 3);

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = systemErrorCode(error) === 'ENOENT';
    throw inputError(
      `${path}: the points cannot be read: ${missing ? 'no such file' : errorText(error)}`,
      error,
    );
  }
}
