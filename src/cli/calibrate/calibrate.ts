import type { Instrument } from '../../board/board.js';
import type { CalibratedRail } from '../../board/correction.js';
import { railSteps } from '../../calibrate/board-steps.js';
import { calibrateRail } from '../../calibrate/calibrate-rail.js';
import type { RailPoint } from '../../calibrate/readings.js';
import { ExitCode, usageError } from '../../errors.js';
import { OutputFile } from '../../file/output-file.js';
import { refuseSharedFiles } from '../../file/shared-files.js';
import {
  calibratedBoard,
  earlierCalibration,
  withRail,
  writeCalibration,
} from '../../session/calibration/document.js';
import { openSource } from '../../source/open.js';
import { openRecorded } from '../../source/recorded.js';
import type { Source } from '../../source/source.js';
import { notice } from '../terminal/notices.js';
import { say } from '../terminal/say.js';
import { comparedAtBench } from './at-bench.js';
import type { CalibrateOptions } from './calibrate-options.js';
import { pointsInRecording, pointsWithMeans } from './points-file.js';
import { resultText } from './result-text.js';

/**
 * Compares a rail with a reference, prints what came of it, and adds it to the file.
 * @returns the exit code
 * @throws UserError (usage, badInput, noBoard, boardLost, outputFailed)
 */
export async function calibrate(options: CalibrateOptions): Promise<ExitCode> {
  const { out, recording, points: pointsPath, rail: name, force = false } = options;
  refuseSharedFiles(
    [{ role: '--out', path: out }],
    [
      ...(recording === undefined ? [] : [{ role: '--recording', path: recording }]),
      ...(pointsPath === undefined ? [] : [{ role: '--points', path: pointsPath }]),
    ],
  );
  const source = await open(options);
  try {
    const rail = railOf(source.board, name);
    const board = await calibratedBoard(source.identity);
    const earlier = earlierCalibration(out, board);
    if (earlier && name in earlier.rails && !force)
      throw usageError(`${out} holds ${name} already; --force does it again, another --out keeps both`);
    const file = new OutputFile({ path: out, force: true, durable: true, unit: 'file' });
    try {
      const points = await pointsOf(options, source, rail);
      if (points === null) return interrupted;
      if (points.length === 0) throw usageError('nothing was compared, and nothing is written');
      const { remarks, ...result } = calibrateRail(
        points,
        options.referenceAccuracy,
        railSteps(source.board, rail),
      );
      const found: CalibratedRail = {
        date: new Date().toISOString(),
        reference: options.reference ?? null,
        reference_accuracy: { ...options.referenceAccuracy },
        ...result,
      };
      const document = withRail(earlier, board, name, found);
      await writeCalibration(file, document);
      say(resultText(source.board, rail, found, remarks, out));
    } finally {
      await file.close();
    }
  } finally {
    await source.close();
  }
  return ExitCode.done;
}

/** As a shell says that Ctrl-C ended something. */
const interrupted = 130 as ExitCode;

const open = ({ recording, port, link }: CalibrateOptions): Promise<Source> =>
  recording === undefined
    ? openSource(port, { link, reconnectMs: 0, onNotice: notice })
    : openRecorded(recording, null);

function railOf({ product, rails }: Instrument, name: string): number {
  const rail = rails.findIndex((each) => each.name === name);
  if (rail < 0)
    throw usageError(
      `the ${product} has no rail '${name}'; it has ${rails.map((each) => each.name).join(', ')}`,
    );
  return rail;
}

/** Null where somebody interrupted it. */
async function pointsOf(
  options: CalibrateOptions,
  source: Source,
  rail: number,
): Promise<RailPoint[] | null> {
  const { points, recording } = options;
  if (points === undefined) return comparedAtBench(source, rail, options);
  return recording === undefined
    ? pointsWithMeans(points)
    : pointsInRecording(points, source, rail, recording);
}
