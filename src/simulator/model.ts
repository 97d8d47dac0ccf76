import { type Board, type Command, commandNames } from '../board/board.js';
import { calibrationBytes } from '../board/calibration.js';
import { boardFor } from '../board/catalogue.js';
import type { OwnTable } from '../board/own/table.js';
import { type FrameFeed, makeListFeed, makeProfileFeed, type ProfileFeedOptions } from './feed.js';
import { type SimulatorStats, Tally } from './port/tally.js';
import { hash32 } from './random.js';

/** What a simulated board is. */
export interface BoardModelOptions extends Partial<ProfileFeedOptions> {
  /** Which board, with which firmware; BENCHLAB with its newest by default. */
  readonly board?: Board;
  /** A board that a file describes instead. */
  readonly own?: OwnTable;
  /** A PowerSensor3 instead, which is not asked but talks. */
  readonly talks?: boolean;
  /** What READ_NAME answers. */
  readonly name?: string;
  /** Whole frames to answer with instead of a profile, in order, one a request. */
  readonly frames?: Uint8Array;
  /** Whether `frames` start again at their end, as by default, or the board falls silent. */
  readonly repeat?: boolean;
}

const defaultBoard = (): Board => boardFor('benchlab')!;
export const defaultSeed = 1;
const defaultName = 'powerlog simulator';

/** A board as its client sees it: one byte in, one reply out. */
export class BoardModel {
  readonly #commandIndex = new Int8Array(256).fill(-1);
  readonly #sensorsByte: number;

  readonly #feed: FrameFeed;
  readonly #tally: Tally;

  constructor(
    readonly board: Board,
    feed: FrameFeed,
    /** The answers that never change, by their request's byte. */
    readonly fixedReplies: ReadonlyMap<number, Uint8Array>,
    tally: Tally,
  ) {
    this.#feed = feed;
    this.#tally = tally;
    this.#sensorsByte = board.commands.sensors.request[0]!;
    commandNames.forEach((name, index) => {
      const command = board.commands[name];
      if (command) this.#commandIndex[command.request[0]!] = index;
    });
  }

  /** What the board says by itself when a port is opened; undefined where it keeps silent. */
  get greeting(): Uint8Array | undefined {
    const { greetsUnasked, commands } = this.board;
    return greetsUnasked ? this.fixedReplies.get(commands.welcome.request[0]!) : undefined;
  }

  /**
   * The answer to one byte, lent until the next call: undefined where the board keeps silent, as it does for
   * every byte that is not one of the reading commands. `nowNs` is the instant of CLOCK_MONOTONIC that a frame is to
   * tell of.
   */
  reply(requestByte: number, nowNs: number): Uint8Array | undefined {
    const command = this.#commandIndex[requestByte]!;
    if (command < 0) {
      this.#tally.countUnexpected(requestByte);
      return undefined;
    }
    this.#tally.countRequest(command);
    return requestByte === this.#sensorsByte ? this.#feed.next(nowNs) : this.fixedReplies.get(requestByte);
  }

  stats(): SimulatorStats {
    return this.#tally.read();
  }
}

/** The answers that never change, by their request's byte: everything but the frames. */
export function identityReplies(
  board: Board,
  seed: number,
  nameText: string,
): ReadonlyMap<number, Uint8Array> {
  const { welcome, name, uid, vendor, calibration, configuration, build } = board.commands;
  const vendorData = Uint8Array.of(board.vendorId, board.productId, board.firmware);
  const replies: [Command | undefined, (replyBytes: number) => Uint8Array][] = [
    [welcome, (bytes) => padded(board.welcomeText, bytes)],
    [vendor, () => vendorData],
    [uid, (bytes) => padded(simulatedUid(seed), bytes)],
    [name, (bytes) => padded(nameText, bytes)],
    [calibration, () => simulatedCalibration(board, seed)],
    [configuration, (bytes) => simulatedConfiguration(board, bytes)],
    [build, (bytes) => simulatedBuild(board, vendorData, bytes)],
  ];
  return new Map(
    replies.flatMap(([command, reply]) =>
      command ? [[command.request[0]!, reply(command.replyBytes)] as const] : [],
    ),
  );
}

/** One that averages over 1 ms, and tells nothing else. */
function simulatedConfiguration({ averaging }: Board, bytes: number): Uint8Array {
  const reply = new Uint8Array(bytes);
  if (!averaging) return reply;
  reply[averaging.versionOffset] = averaging.version;
  reply[averaging.offset] = averaging.us.indexOf(1000);
  return reply;
}

/** Vendor data, the product's name, what was built, the length of the name. */
function simulatedBuild(board: Board, vendorData: Uint8Array, bytes: number): Uint8Array {
  const reply = new Uint8Array(bytes);
  reply.set(vendorData);
  reply.set(padded(board.product, 32), 3);
  reply.set(padded('powerlog simulator', 32), 35);
  reply[bytes - 1] = board.product.length;
  return reply;
}

/** UTF-8, or bytes, in a field of fixed size, cut where it ends, NULs behind. */
function padded(content: string | Uint8Array, bytes: number): Uint8Array {
  const field = new Uint8Array(bytes);
  const encoded = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  field.set(encoded.subarray(0, bytes));
  return field;
}

/** The UID of the simulated board with this seed: 12 bytes. */
export function simulatedUid(seed: number): Uint8Array {
  const uid = new Uint8Array(12);
  const view = new DataView(uid.buffer);
  for (let at = 0; at < uid.length; at += 4) view.setUint32(at, hash32(seed, at), true);
  return uid;
}

/** A calibration as small as real ones: the readings it was applied to are the profile's. */
function simulatedCalibration(board: Board, seed: number): Uint8Array {
  const last = board.calibration.at(-1)!;
  const reply = new Uint8Array(last.offset + calibrationBytes[last.kind]);
  const view = new DataView(reply.buffer);
  const within = (limit: number, at: number) => (hash32(~seed, at) % (2 * limit + 1)) - limit;
  for (const { kind, offset } of board.calibration) {
    if (kind === 'thermistor') continue; // 0: B 3950
    view.setInt16(offset, within(kind === 'crc' ? 0x7fff : 8, offset), true);
    if (kind === 'pair') view.setInt16(offset + 2, within(40, offset + 2), true);
  }
  return reply;
}

/** A simulated board in this thread, without a port. */
export function makeBoardModel(options: BoardModelOptions = {}, tally = new Tally()): BoardModel {
  const { board = defaultBoard(), profile = 'constant', seed = defaultSeed, name = defaultName } = options;
  const { frames, repeat = true } = options;
  const feed = frames
    ? makeListFeed(board, frames, repeat)
    : makeProfileFeed(board, { ...options, profile, seed });
  return new BoardModel(board, feed, identityReplies(board, seed, name), tally);
}
