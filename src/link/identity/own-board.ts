import type { Board, Command } from '../../board/board.js';
import { boards } from '../../board/catalogue.js';
import type { OwnTable } from '../../board/own/table.js';
import { isStreaming, type StreamingBoard } from '../../board/streaming.js';
import { boardError, type UserError } from '../../errors.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import { type Dialogue, drain } from '../dialogue.js';
import { Framer } from '../listening/framing/framer.js';
import { type IdentifiedTalker, isTalk } from '../listening/identify.js';
import { deadlineMs } from '../wire.js';
import { type Failure, furthest, restless } from './failure.js';
import type { Answerer, Identified } from './identified.js';
import { provedWrong } from './proof.js';
import { quoted, shortestWelcome } from './welcome.js';

/** A board that has just been plugged in, as those that restart when their port is opened, may swallow the first questions. */
const attempts = 5;
/** So often in a row nobody may have answered the makers' WELCOME before anything else is sent: a board can swallow the first. */
const silences = 3;
/** So many frames in a row are of the description. */
const provingFrames = 3;

/**
 * Who is there, where a file describes it: what is sent is the file's to say. First the one question that any of the makers'
 * boards would answer, since what the file says may press a button there.
 * @throws UserError (no board) that says what answered and what was expected
 */
export function* identifyOwn(port: string, table: OwnTable): Dialogue<Answerer> {
  let failure: Failure | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = yield* isStreaming(table) ? listenFor(port, table) : ask(port, table);
    if ('board' in answer) return answer;
    failure = furthest(failure, answer);
  }
  throw failure?.problem;
}

function* ask(port: string, board: Board): Dialogue<Identified | Failure> {
  const other = yield* makersBoard(port, silences);
  if (other) throw other;
  const { welcome: question, uid: uidQuestion } = board.commands;
  const welcome = yield { command: question, untilQuiet: true };
  let answers = welcome.length === 0 ? 0 : 1;
  const fail = (text: string): Failure => ({ problem: boardError(`${port} ${text}`), answers });
  if (welcome.toString('latin1') !== board.welcomeText)
    return fail(
      welcome.length === 0
        ? `is silent: nothing answered the welcome of ${board.product}`
        : `is no ${board.product}: its welcome was answered with ${quoted(welcome)}, expected "${board.welcomeText}"`,
    );
  const credentials: [Command, Uint8Array][] = [[question, welcome]];
  let uid: Uint8Array | null = null;
  if (uidQuestion) {
    answers++;
    uid = yield { command: uidQuestion };
    if (uid.length !== uidQuestion.replyBytes)
      return fail(
        `answered its welcome, but its UID has ${uid.length} bytes, expected ${uidQuestion.replyBytes}`,
      );
    credentials.push([uidQuestion, uid]);
  }
  answers++;
  const doubt = yield* provedWrong(board);
  if (doubt !== null)
    return fail(`is a ${board.product}, but ${doubt}: its description may be of another one`);
  if ((yield drain).length > 0) return restless(port);
  return {
    ...{ board, identity: identityOf(board, port, uid), credentials },
    // Behind a port that never went away nobody has changed the board; one question more costs little.
    isStranger: () => makersBoard(port, 1),
  };
}

function* listenFor(port: string, board: StreamingBoard): Dialogue<IdentifiedTalker | Failure> {
  let heard = yield drain;
  if (!holdsFrames(heard, board)) {
    const other = strangerIn(port, heard) ?? (yield* makersBoard(port, silences));
    if (other) throw other;
    heard = yield* hear(board);
    if (!holdsFrames(heard, board))
      return {
        problem: boardError(
          heard.length === 0
            ? `${port} is silent: a ${board.product} talks`
            : `${port} is no ${board.product}: no frames of ${board.frameBytes} bytes are in the ${heard.length} bytes that it said, ${quoted(heard)}`,
        ),
        answers: heard.length === 0 ? 0 : 1,
      };
  }
  yield* hush(board);
  return {
    board,
    identity: identityOf(board, port, null),
    recognize: () => recognizeOwn(board),
  };
}

/** After a silence: nothing is sent that another board could take for its own. */
function* recognizeOwn(board: StreamingBoard): Dialogue<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (holdsFrames(yield drain, board)) return true;
    if (yield* makersBoard('', silences)) return false;
    if (!holdsFrames(yield* hear(board), board)) continue;
    yield* hush(board);
    return true;
  }
  return false;
}

/** Ends its talk until it is listened to, where it can be told to. */
function* hush({ streaming }: StreamingBoard): Dialogue<void> {
  if (streaming.stop.length === 0) return;
  yield { command: { name: 'stop', request: streaming.stop, replyBytes: 0 } };
  yield drain;
}

function holdsFrames(bytes: Uint8Array, { streaming }: StreamingBoard): boolean {
  const framer = new Framer(streaming.framing);
  let frames = 0;
  for (let from = 0; frames < provingFrames; frames++) {
    const at = framer.next(bytes, from, bytes.length);
    if (at < 0) return false;
    from = at + framer.frameBytes;
  }
  return true;
}

/** Has it talk, and takes what it says until that holds frames, or all that it should say in the time. */
function* hear(board: StreamingBoard): Dialogue<Buffer> {
  const { start, expectedHz } = board.streaming;
  const bytes = (provingFrames + 1) * board.frameBytes;
  const readings = 1 + Math.ceil(((provingFrames + 1) * 1000) / expectedHz / deadlineMs);
  let heard: Buffer = Buffer.alloc(0);
  for (let reading = 0; reading < readings && !holdsFrames(heard, board); reading++) {
    const request = reading === 0 ? start : nothing;
    heard = Buffer.concat([heard, yield { command: { name: 'start', request, replyBytes: bytes } }]);
  }
  return heard;
}

const nothing = new Uint8Array(0);

/** What is wrong where one of the makers' boards answers, or talks: their answer may be there in part, or twice. */
function* makersBoard(port: string, times: number): Dialogue<UserError | null> {
  for (let time = 0; time < times; time++) {
    const heard = Buffer.concat([yield drain, yield { command: shortestWelcome, untilQuiet: true }]);
    const stranger = strangerIn(port, heard);
    if (stranger) return stranger;
  }
  return null;
}

/** @param heard all that was said */
function strangerIn(port: string, heard: Buffer): UserError | null {
  const known = boards.find(({ welcomeText }) => heard.includes(welcomeText, 0, 'latin1'))?.welcomeText;
  const product = known ?? (isTalk(heard) ? 'PowerSensor3' : undefined);
  return product === undefined
    ? null
    : boardError(`${port} is a ${product}, which needs no --board; nothing of the file was sent to it`);
}

const identityOf = ({ id, product }: OwnTable, port: string, uid: Uint8Array | null): BoardIdentity => ({
  ...{ id, product, productId: 0, name: null, firmware: null, port },
  uid: uid === null ? null : Buffer.from(uid).toString('hex').toUpperCase(),
});
