import type { Averaging, Command } from '../../board/board.js';
import { boardByVendor, boards, isNewerThanKnown } from '../../board/catalogue.js';
import { boardError } from '../../errors.js';
import { textOfField } from '../../text.js';
import { Conversation, type Dialogue, drain } from '../dialogue.js';
import { driveAsync, driveBlocking } from '../drive.js';
import type { Expected } from '../link.js';
import { hush, identifyTalker, isTalk } from '../listening/identify.js';
import { type AsyncWire, deadlineMs, type Wire } from '../wire.js';
import { type Failure, furthest, restless } from './failure.js';
import type { Answerer, Identified } from './identified.js';
import { identifyOwn } from './own-board.js';
import { provedWrong } from './proof.js';
import { expectedWelcomes, hex, isWelcomeOf, knownProducts, quoted, shortestWelcome } from './welcome.js';

/** A board that has just been plugged in may swallow the first question. */
const silentAttempts = 3;
/** Each welcome that comes unasked, and there may be several, can spoil one attempt. */
const attempts = 6;
/** From this one on, an answer of another length to what only describes the board is no fault of the line: it says no other. */
const patientAttempt = 3;

/** Identifies the board behind a wire that blocks. @throws UserError (no board) */
export function identifyBlocking(port: string, wire: Wire, expected?: Expected): Answerer {
  const conversation = new Conversation(dialogueFor(port, expected));
  driveBlocking(conversation, wire);
  return identifiedBy(conversation, port);
}

/** Identifies the board behind a wire that is awaited. @throws UserError (no board) */
export async function identifyAsync(port: string, wire: AsyncWire, expected?: Expected): Promise<Answerer> {
  const conversation = new Conversation(dialogueFor(port, expected));
  await driveAsync(conversation, wire);
  return identifiedBy(conversation, port);
}

const dialogueFor = (port: string, expected: Expected | undefined): Dialogue<Answerer> =>
  expected === undefined || expected === 'asked'
    ? identify(port, expected !== 'asked')
    : identifyOwn(port, expected);

function identifiedBy({ outcome }: Conversation<Answerer>, port: string): Answerer {
  if (!outcome) throw boardError(`${port} went away during the handshake`);
  return outcome.value;
}

/**
 * Asks who is there: WELCOME, until something known answers; then, and only then, the questions of the tables that it may be.
 * Where nobody answers it, one is asked for that never does. Whatever comes in between, such as a welcome that nobody asked for, makes it start again.
 * @param mayTalk Whether one that talks is asked for at all
 * @throws UserError (no board) that says what answered and what was expected.
 */
function* identify(port: string, mayTalk: boolean): Dialogue<Answerer> {
  let failure: Failure | undefined;
  let silences = 0;
  /** Whatever has said anything is not one that never answers WELCOME. */
  let isMute = true;
  for (let attempt = 0; attempt < attempts && silences < silentAttempts; attempt++) {
    const stale = yield drain; // of an earlier reader, or a welcome unasked
    if (isTalk(stale)) yield* hush();
    else if (stale.length > 0) isMute = false;
    const answer = yield* attemptOn(port, attempt >= patientAttempt);
    if ('board' in answer) {
      // What is left over now was missing, or too much, somewhere above.
      if ((yield drain).length === 0) return answer;
      failure = furthest(failure, restless(port));
    } else {
      failure = furthest(failure, answer);
      if (answer.answers === 0) silences++;
      else isMute = false;
    }
  }
  if (silences === silentAttempts && isMute && mayTalk) {
    const talker = yield* identifyTalker(port);
    if (talker instanceof Error) throw talker;
    if (talker) return talker;
  }
  throw failure?.problem;
}

function* attemptOn(port: string, isPatient: boolean): Dialogue<Identified | Failure> {
  const welcome = yield { command: shortestWelcome, untilQuiet: true };
  if (welcome.length === 0)
    return {
      answers: 0,
      problem: boardError(
        `${port} is silent: nothing answered WELCOME (tried ${silentAttempts} times, ${deadlineMs} ms each). Is it the board's port, and is the board powered? \`powerlog ports\` shows which ports answer`,
      ),
    };
  let answers = 1;
  const family = boards.find((board) => isWelcomeOf(board, welcome));
  const fail = (text: string): Failure => ({ problem: boardError(`${port} ${text}`), answers });
  if (!family)
    return fail(
      `is no board that powerlog knows: WELCOME was answered with ${quoted(welcome)}, expected ${expectedWelcomes}. \`powerlog ports\` shows which ports answer`,
    );
  const wrongLength = (what: string, answer: Uint8Array, { replyBytes }: Command): Failure =>
    fail(
      `answered WELCOME, but its ${what} has ${answer.length} bytes, expected ${replyBytes}; another program may be using the port`,
    );

  const { commands } = family;
  answers++;
  const vendor = yield { command: commands.vendor };
  if (vendor.length !== commands.vendor.replyBytes)
    return wrongLength('vendor data', vendor, commands.vendor);
  answers++;
  const [vendorId = 0, productId = 0, firmware = 0] = vendor;
  const board = boardByVendor(vendorId, productId, firmware);
  // Their other commands have other numbers, so that text and product have to agree.
  if (board?.welcomeText !== family.welcomeText)
    return fail(
      `is an unknown board: it says ${quoted(welcome)}, vendor 0x${hex(vendorId)}, product 0x${hex(productId)}, firmware ${firmware}; powerlog knows ${knownProducts}. A newer powerlog may know it`,
    );
  const uid = yield { command: board.commands.uid };
  if (uid.length !== board.commands.uid.replyBytes) return wrongLength('UID', uid, board.commands.uid);
  const isNewer = isNewerThanKnown(board.id, firmware);
  const doubt = isNewer || board.anyFirmware ? yield* provedWrong(board) : null;
  if (doubt !== null)
    return fail(
      isNewer
        ? `is a ${board.product} with firmware ${firmware}, newer than this powerlog knows (${board.firmware}), and ${doubt}: it can't be read. Update powerlog`
        : `is a ${board.product} with firmware ${firmware}, and ${doubt}: it can't be read. Perhaps its firmware lays them out otherwise than its maker has published`,
    );
  const told: Partial<Record<(typeof optional)[number], Buffer>> = {};
  for (const what of optional) {
    const command = board.commands[what];
    if (!command) continue;
    const answer = yield { command, untilQuiet: isPatient };
    if (answer.length === command.replyBytes) told[what] = answer;
    // A firmware may not know what only describes it, or know it otherwise; a part of an answer is first a line that is not in order.
    else if (answer.length > 0 ? !isPatient : what === 'name') return wrongLength(what, answer, command);
  }

  return {
    board,
    identity: {
      id: board.id,
      product: board.product,
      productId,
      uid: uid.toString('hex').toUpperCase(),
      name: told.name ? textOfField(told.name) : null,
      firmware,
      ...(board.commands.calibration && { calibration: told.calibration?.toString('hex') ?? null }),
      ...(board.commands.configuration && { configuration: told.configuration?.toString('hex') ?? null }),
      ...(board.averaging && { averagingUs: averagingUs(board.averaging, told.configuration) }),
      ...(told.build && { build: buildText(told.build) }),
      port,
    },
    credentials: [
      [board.commands.welcome, welcome],
      [board.commands.vendor, vendor],
      [board.commands.uid, uid],
    ],
  };
}

/** What a board may be asked beside who it is, in this order. */
const optional = ['name', 'calibration', 'configuration', 'build'] as const;

/** Null where the configuration did not come, or is of another layout. */
function averagingUs(
  { versionOffset, version, offset, us }: Averaging,
  configuration: Buffer | undefined,
): number | null {
  if (configuration?.[versionOffset] !== version) return null;
  return us[configuration[offset]!] ?? null;
}

/** Behind vendor data and the product's name, 32 bytes: when and what was built. */
const buildText = (reply: Buffer): string => textOfField(reply.subarray(3 + 32, 3 + 32 + 32)) ?? '';
