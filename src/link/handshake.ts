import type { BoardIdentity } from '../block.js';
import { benchlab } from '../board/benchlab.js';
import type { Board, Command } from '../board/board.js';
import { boardError } from '../errors.js';
import { type AsyncWire, deadlineMs, gone, quietMs, type Wire } from './wire.js';

export interface Identified {
  readonly board: Board;
  readonly identity: BoardIdentity;
}

/** A question to put to the wire, or `null` for a drain. */
type Question = Command | null;

/** A board that has just been plugged in may swallow the first question. */
const welcomeAttempts = 3;

/**
 * WELCOME, vendor data, UID, name, as questions whose answers come back into the generator.
 * @throws UserError (no board) that says what answered and what was expected.
 */
function* handshake(port: string, board: Board): Generator<Question, Identified, Buffer> {
  const { welcome, vendor, uid, name } = board.commands;
  let answer: Buffer = Buffer.alloc(0);
  for (let attempt = 0; attempt < welcomeAttempts; attempt++) {
    yield null; // stale input from an earlier reader
    answer = yield welcome;
    if (answer.equals(board.welcome)) break;
  }
  if (answer.length === 0)
    throw boardError(
      `${port} is silent: nothing answered WELCOME (tried ${welcomeAttempts} times, ${deadlineMs} ms each). Is it the board's port, and is the board powered? \`powerlog ports\` shows which ports answer`,
    );
  if (!answer.equals(board.welcome))
    throw boardError(
      `${port} is not a ${board.product}: WELCOME was answered with ${quoted(answer)}, expected ${quoted(board.welcome)}. \`powerlog ports\` shows which ports answer`,
    );

  const vendorData = yield vendor;
  if (vendorData.length !== vendor.replyBytes)
    throw boardError(
      `${port} answered WELCOME, but its vendor data has ${vendorData.length} bytes, expected ${vendor.replyBytes}; another program may be using the port`,
    );
  const [vendorId = 0, productId = 0, firmware = 0] = vendorData;
  if (vendorId !== board.vendorId || productId !== board.productId)
    throw boardError(
      `${port} is an unknown board: vendor 0x${hex(vendorId)} product 0x${hex(productId)}, expected vendor 0x${hex(board.vendorId)} product 0x${hex(board.productId)} (${board.product})`,
    );

  const uidBytes = yield uid;
  if (uidBytes.length !== uid.replyBytes)
    throw boardError(`${port}: the UID has ${uidBytes.length} bytes, expected ${uid.replyBytes}`);
  const uidText = uidBytes.toString('hex').toUpperCase();
  const nameBytes = yield name;
  if (nameBytes.length !== name.replyBytes)
    throw boardError(`${port}: the name has ${nameBytes.length} bytes, expected ${name.replyBytes}`);

  const { id, product } = board;
  const identity = { id, product, productId, uid: uidText, name: textOf(nameBytes), firmware, port };
  return { board, identity };
}

/** ASCII up to the first NUL; bytes that do not print are shown as dots. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes
    .subarray(0, end < 0 ? bytes.length : end)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '.')
    .trim();
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/** What answered, for people: printable text, or the first bytes. */
function quoted(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, 16);
  const more = bytes.length > shown.length ? ` … (${bytes.length} bytes)` : '';
  const text = Buffer.from(shown).toString('latin1');
  if (/^[\x20-\x7e\r\n\t\0]+$/.test(text)) return `${JSON.stringify(text)}${more}`;
  return `${[...shown].map(hex).join(' ')}${more}`;
}

const lost = (port: string) => boardError(`${port} went away during the handshake`);

/** Identifies the board behind a wire that blocks. */
export function identifyBlocking(port: string, wire: Wire): Identified {
  const reply = Buffer.alloc(4096);
  const steps = handshake(port, benchlab);
  let step = steps.next();
  while (!step.done) {
    const question = step.value;
    let length = question ? wire.write(question.request) : wire.drain(quietMs);
    if (question && length !== gone) length = wire.read(reply, question.replyBytes, deadlineMs);
    if (length === gone) throw lost(port);
    step = steps.next(reply.subarray(0, question ? length : 0));
  }
  return step.value;
}

/** Identifies the board behind a wire that is awaited. */
export async function identifyAsync(port: string, wire: AsyncWire): Promise<Identified> {
  const reply = Buffer.alloc(4096);
  const steps = handshake(port, benchlab);
  let step = steps.next();
  while (!step.done) {
    const question = step.value;
    let length = question ? await wire.write(question.request) : await wire.drain(quietMs);
    if (question && length !== gone) length = await wire.read(reply, question.replyBytes, deadlineMs);
    if (length === gone) throw lost(port);
    step = steps.next(reply.subarray(0, question ? length : 0));
  }
  return step.value;
}
