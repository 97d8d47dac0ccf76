import type { Instrument } from '../../board/board.js';
import { shortDigest } from '../../board/calibration.js';
import type { CalibratedBoard, Correction } from '../../board/correction.js';
import { inputError } from '../../errors.js';
import { calibrationDigest } from '../../link/identity/calibration-digest.js';
import { appliedTo, isPartial } from '../../measure/accuracy/applied.js';
import type { RecordingClock } from '../../source/clock-watch.js';
import type { Recording, RecordingOptions, Source } from '../../source/source.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import type { Warning } from '../../stream/warning.js';

/** `none` takes off what a capture was recorded with; of files, each is for the one board that it is of. */
export type Calibrations = 'none' | readonly Correction[];

/**
 * The sources, with what is to be made of their readings. A capture keeps what it was recorded with where no file is of its board.
 * @throws UserError (badInput) where a file is of none of the boards, by UID and product, or names a rail that its board does not have
 */
export function calibratedSources(sources: readonly Source[], calibrations: Calibrations): Source[] {
  if (calibrations === 'none') return sources.map((source) => new CalibratedSource(source, undefined));
  const taken = new Map<Source, Correction>();
  for (const correction of calibrations) {
    const { uid, product } = correction.document.board;
    const source = sources.find((each) => isOfBoard(correction, each));
    if (!source)
      throw inputError(`${correction.name} is of the board ${uid}, a ${product}; ${whatThereIs(sources)}`);
    const other = taken.get(source);
    if (other) throw inputError(`${other.name} and ${correction.name} are of the same board, ${uid}`);
    const names = source.board.rails.map(({ name }) => name);
    const strange = Object.keys(correction.document.rails).find((rail) => !names.includes(rail));
    if (strange !== undefined)
      throw inputError(
        `${correction.name}: rails.${strange}: the board has no such rail; it has ${names.join(', ')}`,
      );
    taken.set(source, correction);
  }
  return sources.map((source) => {
    const correction = taken.get(source);
    return correction ? new CalibratedSource(source, correction) : source;
  });
}

/** Without the calibrations of boards that are not there, where some are away and nothing shall fail of that. */
export const calibrationsOfThose = (
  sources: readonly Source[],
  calibrations: Calibrations = [],
  someAway: boolean,
): Calibrations =>
  calibrations === 'none' || !someAway
    ? calibrations
    : calibrations.filter((correction) => sources.some((source) => isOfBoard(correction, source)));

const isOfBoard = ({ document: { board } }: Correction, { identity }: Source): boolean =>
  identity.uid === board.uid &&
  isSameProduct(board, { product: identity.product, product_id: identity.productId });

type Product = Pick<CalibratedBoard, 'product' | 'product_id'>;

/**
 * Two products may have boards of one UID, simulated ones above all; what one of them reads says nothing of the other. Boards of
 * one's own are all of the number 0, and go by their name.
 */
export const isSameProduct = (one: Product, other: Product): boolean =>
  one.product_id === other.product_id && (one.product_id !== 0 || one.product === other.product);

/** Why no calibration can be of a board, to be gone on with. */
export const tellsNoUid = ({ product, port }: BoardIdentity): string =>
  `the ${product} at ${port} tells no UID`;

function whatThereIs(sources: readonly Source[]): string {
  const [only] = sources;
  const boards = sources.map(
    ({ identity: { uid, product } }) => `${uid ?? 'one whose UID is not known'}, a ${product}`,
  );
  if (sources.length === 1 && only!.identity.uid === null)
    return `${tellsNoUid(only!.identity)}, and a calibration holds for one board alone`;
  return `what is measured here is ${boards.join('; ')}, and a calibration holds for one board alone`;
}

/** A source whose board's readings are taken as a calibration makes them. */
class CalibratedSource implements Source {
  readonly board: Instrument;
  readonly identity: BoardIdentity;

  readonly #source: Source;

  constructor(source: Source, correction: Correction | undefined) {
    const { correction: before, ...board } = source.board;
    this.#source = source;
    this.board = correction ? { ...board, correction } : board;
    this.identity = source.identity;
  }

  start(clock: RecordingClock, options: RecordingOptions): Recording {
    return this.#source.start(clock, options);
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

/** What is doubtful about the calibration that a board's readings go through. */
export async function calibrationDoubts({ board, identity }: Source): Promise<Warning[]> {
  const { correction } = board;
  if (!correction) return [];
  const { name, document } = correction;
  const changed = await changes(document.board, identity);
  const stale: Warning[] =
    changed.length === 0
      ? []
      : [
          {
            code: 'calibration-stale',
            message: `since ${name} was made the board has changed (${changed.join('; ')}): what it was found to be off by then may hold no more`,
          },
        ];
  const names = Object.keys(appliedTo(board)!.rails);
  const open = names.filter((rail) => isPartial(document.rails[rail]!));
  if (open.length === 0) return stale;
  const message = `${name} leaves voltage, gain or offset of ${open.join(', ')} open: corrected as far as it is known, and the nominal accuracy holds, or what they were found to leave open where that is more`;
  return [...stale, { code: 'calibration-partial', message }];
}

async function changes(then: CalibratedBoard, now: BoardIdentity): Promise<string[]> {
  const changed: string[] = [];
  if (then.firmware !== null && now.firmware !== null && then.firmware !== now.firmware)
    changed.push(`firmware ${then.firmware} then, ${now.firmware} now`);
  const digest = await ownCalibrationDigest(now);
  const was = then.calibration_sha256;
  if (was !== null && digest !== null && was !== digest)
    changed.push(`its own calibration ${shortDigest(was)} then, ${shortDigest(digest)} now`);
  return changed;
}

/** The SHA-256 of the calibration that a board applies itself; null where it gave none. */
export async function ownCalibrationDigest({ calibration }: BoardIdentity): Promise<string | null> {
  return calibration == null ? null : calibrationDigest(calibration);
}
