import type { Board } from '../../board/board.js';
import {
  readConfiguration,
  type SensorConfiguration,
  sensorBytes,
  sensorCount,
} from '../../board/powersensor3/configuration.js';
import {
  configurationEnd,
  powerSensor3,
  powerSensor3Commands,
  powerSensor3Framing,
  powerSensor3Id,
  powerSensor3ProductId,
  readVersion,
} from '../../board/powersensor3/powersensor3.js';
import type { StreamingBoard } from '../../board/streaming.js';
import { boardError, type UserError } from '../../errors.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import { type Dialogue, drain } from '../dialogue.js';
import { Framer } from './framing/framer.js';

/** An instrument that talks. */
export interface IdentifiedTalker {
  readonly board: StreamingBoard;
  readonly identity: BoardIdentity;
  /** After a silence: is it still the same, set up the same? */
  readonly recognize: () => Dialogue<boolean>;
}

/** So many whole sets in a row are no other instrument's. */
const provingSets = 8;
/** How often it is asked whether it is still there. */
const attempts = 4;
/** How often each question is asked before it counts as unanswered, as WELCOME is. */
const questions = 3;

const { version, configuration, next, done, stop } = powerSensor3Commands;
const welcome = { name: 'WELCOME', request: Uint8Array.of(0), replyBytes: 1 };

/** Whether bytes are of an instrument that was left talking, by a reader that died. */
export function isTalk(bytes: Uint8Array): boolean {
  const framer = new Framer(powerSensor3Framing);
  let sets = 0;
  for (let from = 0; ; sets++) {
    const at = framer.next(bytes, from, bytes.length);
    if (at < 0) return sets >= provingSets;
    from = at + framer.frameBytes;
  }
}

/** Ends its talk; to be asked of what `isTalk` alone. */
export function* hush(): Dialogue<void> {
  yield { command: stop };
  yield drain;
}

/**
 * Asks for a PowerSensor3, which leaves WELCOME unanswered; its question is no command of any other board. Null where none
 * answers, and what is wrong where one does.
 */
export function* identifyTalker(port: string): Dialogue<IdentifiedTalker | UserError | null> {
  const answer = yield* askVersion();
  if (!answer) return null;
  const { said, known } = answer;
  let bytes: Uint8Array | null = null;
  // A part that comes later than it is waited for is no fault of the instrument's.
  for (let question = 0; question < questions && !bytes; question++) {
    if (question > 0) yield drain;
    bytes = yield* askConfiguration();
  }
  const sensors = bytes && readConfiguration(bytes);
  if (!bytes || !sensors)
    return boardError(`${port} is a PowerSensor3, but did not tell how its sensors are configured`);
  const board = tableOf(known, sensors);
  if (typeof board === 'string')
    return boardError(`${port} is a PowerSensor3, and ${board}: set it with psconfig`);
  if (board.rails.length === 0)
    return boardError(
      `${port} is a PowerSensor3 of which no pair of sensors is in use: psconfig turns them on, such as with -s 0 -o 1 -s 1 -o 1`,
    );
  return {
    board,
    identity: {
      id: powerSensor3Id,
      product: board.product,
      productId: powerSensor3ProductId,
      uid: null,
      name: null,
      firmware: null,
      configuration: Buffer.from(bytes).toString('hex'),
      port,
    },
    recognize: () => recognizeTalker(said, bytes),
  };
}

function tableOf(
  known: NonNullable<ReturnType<typeof readVersion>>,
  sensors: readonly SensorConfiguration[],
): StreamingBoard | string {
  try {
    return powerSensor3(known, sensors);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/** Several times, since on a host whose cores are all busy an answer may come later than one is waited for. */
function* askVersion(): Dialogue<{
  readonly said: Uint8Array;
  readonly known: NonNullable<ReturnType<typeof readVersion>>;
} | null> {
  for (let question = 0; question < questions; question++) {
    const said = yield { command: version, untilQuiet: true };
    const known = readVersion(said);
    // What comes of an earlier question now would be taken for its configuration.
    if ((yield drain).length === 0 && known) return { said, known };
  }
  return null;
}

/** It waits for a byte after each of its sensors, and resets itself where none comes: so it gets all, whatever it says. */
function* askConfiguration(): Dialogue<Uint8Array | null> {
  const whole = new Uint8Array(sensorCount * sensorBytes);
  let isWhole = true;
  for (let sensor = 0; sensor < sensorCount; sensor++) {
    const part = yield { command: sensor === 0 ? configuration : next };
    if (part.length === sensorBytes) whole.set(part, sensor * sensorBytes);
    else isWhole = false;
  }
  const end = yield { command: done };
  return isWhole && end.length === 1 && end[0] === configurationEnd ? whole : null;
}

/**
 * After a silence: is it still the same, with the same sensors? Nothing but WELCOME is said before that has stayed without an
 * answer, since another board may be there by now.
 */
function* recognizeTalker(known: Uint8Array, configured: Uint8Array): Dialogue<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const heard = yield drain;
    if (isTalk(heard)) yield* hush();
    if ((yield { command: welcome, untilQuiet: true }).length > 0) return false;
    const said = yield { command: version, untilQuiet: true };
    if (!said.equals(known)) continue;
    const bytes = yield* askConfiguration();
    if (bytes) return Buffer.compare(bytes, configured) === 0;
  }
  return false;
}

/** Whether it was asked, or talks by itself. */
export const isTalker = (
  identified: IdentifiedTalker | { readonly board: Board },
): identified is IdentifiedTalker => 'streaming' in identified.board;
