import { statSync } from 'node:fs';
import {
  type CalibratedBoard,
  type CalibratedRail,
  type CalibrationDocument,
  calibrationSchema,
  gainLimits,
} from '../../board/correction.js';
import { inputError } from '../../errors.js';
import type { OutputFile } from '../../file/output-file.js';
import { calibrationDocumentSchema } from '../../schema/calibration.js';
import { issueText } from '../../schema/json/issue-text.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import { tool } from '../../tool.js';
import { fixed } from '../../units.js';
import { isSameProduct, ownCalibrationDigest, tellsNoUid } from './apply.js';
import { readCorrection } from './calibration-file.js';

/** Who a calibration is of. @throws UserError (badInput) where the board tells no UID */
export async function calibratedBoard(identity: BoardIdentity): Promise<CalibratedBoard> {
  const { product, productId, uid, name, firmware } = identity;
  if (uid === null)
    throw inputError(
      `${tellsNoUid(identity)}: a calibration, which holds for one board alone, cannot be bound to it`,
    );
  return {
    ...{ product, product_id: productId, uid, name, firmware },
    calibration_sha256: await ownCalibrationDigest(identity),
  };
}

/**
 * What the file holds already, to which a rail is added.
 * @throws UserError (badInput) where it is of another board, or of this one as it was before it changed
 */
export function earlierCalibration(path: string, board: CalibratedBoard): CalibrationDocument | null {
  // One that was made and never filled, by a kill, holds nothing.
  if (!statSync(path, { throwIfNoEntry: false })?.size) return null;
  const { document } = readCorrection(path);
  const then = document.board;
  if (then.uid !== board.uid)
    throw inputError(`${path} is of the board ${then.uid}, and this is ${board.uid}: choose another file`);
  if (!isSameProduct(then, board))
    throw inputError(`${path} is of a ${then.product}, and this is a ${board.product}: choose another file`);
  if (then.firmware !== board.firmware || then.calibration_sha256 !== board.calibration_sha256)
    throw inputError(
      `${path} is of this board with another firmware or calibration of its own: compare its rails anew, into another file`,
    );
  return document;
}

/**
 * A calibration with one rail more, or anew.
 * @throws UserError (badInput) where what came out can be no calibration
 */
export function withRail(
  earlier: CalibrationDocument | null,
  board: CalibratedBoard,
  name: string,
  rail: CalibratedRail,
): CalibrationDocument {
  refuseGains(rail);
  const document = {
    schema: calibrationSchema,
    tool: { name: tool.name, version: tool.version },
    board,
    rails: { ...earlier?.rails, [name]: rail },
  } satisfies CalibrationDocument;
  const parsed = calibrationDocumentSchema.safeParse(document);
  if (!parsed.success) throw inputError(`what was compared gives no calibration: ${issueText(parsed.error)}`);
  return document;
}

function refuseGains({ voltage, current }: CalibratedRail): void {
  const { least, most } = gainLimits;
  for (const [what, line] of [
    ['voltage', voltage],
    ['current', current],
  ] as const) {
    if (!line || (line.gain >= least && line.gain <= most)) continue;
    throw inputError(
      `what was compared gives no calibration: the ${what} would be ${fixed(line.gain, 3)} times what the board reads, and a board that can be calibrated needs from ${least} to ${most}. Is the meter on this rail, and the unit right?`,
    );
  }
}

/** @param file open already, so that a bad path fails before anything is measured. @throws UserError (outputFailed) */
export const writeCalibration = (file: OutputFile, document: CalibrationDocument): Promise<void> =>
  file.write(Buffer.from(`${JSON.stringify(document, null, 2)}\n`), 1);
