import type { Board, Command } from '../../board/board.js';
import { boards } from '../../board/catalogue.js';
import type { OwnTable } from '../../board/own/table.js';
import { isStreaming, type StreamingBoard } from '../../board/streaming.js';
import { boardError, UserError } from '../../errors.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import { type Dialogue, drain } from '../dialogue.js';
import { Framer } from '../listening/framing/framer.js';
import type { IdentifiedTalker } from '../listening/identify.js';
import { type Answerer, type Identified, provedWrong } from './handshake.js';
import { isWelcomeOf, quoted, shortestWelcome } from './welcome.js';

/** A board that has just been plugged in, as those that restart when their port is opened, may swallow the first questions. */
const attempts = 5;
/** So many frames in a row are of the description. */
const provingFrames = 3;

/**
 * Who is there, where a file describes it: what is sent is the file's to say. First the one question that any of the makers'
 * boards would answer, since what the file says may press a button there.
 * @throws UserError (no board) that says what answered and what was expected
 */
export function* identifyOwn(port: string, table: OwnTable): Dialogue<Answerer> {
  let problem: UserError | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = yield* isStreaming(table) ? listenFor(port, table) : ask(port, table);
    if (!(answer instanceof UserError)) return answer;
    problem = answer;
  }
  throw problem;
}

function* ask(port: string, board: Board): Dialogue<Identified | UserError> {
  yield drain;
  const other = yield* makersBoard(port);
  if (other) throw other;
  const { welcome: question, uid: uidQuestion } = board.commands;
  const fail = (text: string) => boardError(`${port} ${text}`);
  const welcome = yield { command: question, untilQuiet: true };
  if (welcome.toString('latin1') !== board.welcomeText)
    return fail(
      welcome.length === 0
        ? `is silent: nothing answered the welcome of ${board.product}`
        : `is no ${board.product}: its welcome was answered with ${quoted(welcome)}, expected "${board.welcomeText}"`,
    );
  const credentials: [Command, Uint8Array][] = [[question, welcome]];
  let uid: Uint8Array | null = null;
  if (uidQuestion) {
    uid = yield { command: uidQuestion };
    if (uid.length !== uidQuestion.replyBytes)
      return fail(
        `answered its welcome, but its UID has ${uid.length} bytes, expected ${uidQuestion.replyBytes}`,
      );
    credentials.push([uidQuestion, uid]);
  }
  const doubt = yield* provedWrong(board);
  if (doubt !== null)
    return fail(`is a ${board.product}, but ${doubt}: its description may be of another one`);
  if ((yield drain).length > 0) return fail('does not come to rest; another program may be using the port');
  return { board, identity: identityOf(board, port, uid), credentials };
}

function* listenFor(port: string, board: StreamingBoard): Dialogue<IdentifiedTalker | UserError> {
  let heard = yield drain;
  const { streaming } = board;
  if (!holdsFrames(heard, board)) {
    const other = yield* makersBoard(port);
    if (other) throw other;
    heard = yield {
      command: {
        name: 'start',
        request: streaming.start,
        replyBytes: (provingFrames + 1) * board.frameBytes,
      },
    };
    if (!holdsFrames(heard, board))
      return boardError(
        heard.length === 0
          ? `${port} is silent: a ${board.product} talks`
          : `${port} is no ${board.product}: no frames of ${board.frameBytes} bytes are in the ${heard.length} bytes that it said, ${quoted(heard)}`,
      );
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
    if ((yield { command: shortestWelcome, untilQuiet: true }).length > 0) continue;
    const { start } = board.streaming;
    if (start.length === 0) continue;
    const replyBytes = (provingFrames + 1) * board.frameBytes;
    const heard = yield { command: { name: 'start', request: start, replyBytes } };
    if (!holdsFrames(heard, board)) continue;
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

/** What is wrong where one of the makers' boards answers. */
function* makersBoard(port: string): Dialogue<UserError | null> {
  const answer = yield { command: shortestWelcome, untilQuiet: true };
  const known = boards.find((board) => isWelcomeOf(board, answer));
  return known
    ? boardError(
        `${port} is a ${known.welcomeText}, which needs no --board; nothing of the file was sent to it`,
      )
    : null;
}

const identityOf = ({ id, product }: OwnTable, port: string, uid: Uint8Array | null): BoardIdentity => ({
  ...{ id, product, productId: 0, name: null, firmware: null, port },
  uid: uid === null ? null : Buffer.from(uid).toString('hex').toUpperCase(),
});
