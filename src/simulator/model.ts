import { benchlab } from '../board/benchlab.js';
import { type FrameFeed, makeListFeed, makeProfileFeed } from './feed.js';
import type { ProfileName } from './profile-names.js';
import { hash32 } from './random.js';
import { commandNames, type SimulatorStats, Tally } from './tally.js';

/** What a simulated board is. */
export interface BoardModelOptions {
  /** What it measures; `constant` by default. */
  readonly profile?: ProfileName;
  /** 32 bits that decide the UID and the noise; 1 by default. */
  readonly seed?: number;
  /** Whole frames to answer with instead of a profile, in order, one a request. */
  readonly frames?: Uint8Array;
  /** Whether `frames` start again at their end, as by default, or the board falls silent. */
  readonly repeat?: boolean;
}

/** A BENCHLAB as its client sees it: one byte in, one reply out. */
export class BoardModel {
  private readonly fixedReplies: ReadonlyMap<number, Uint8Array>;
  private readonly commandIndex = new Int8Array(256).fill(-1);
  private readonly sensorsByte = benchlab.commands.sensors.request[0]!;

  constructor(
    private readonly feed: FrameFeed,
    seed: number,
    private readonly tally: Tally,
  ) {
    this.fixedReplies = identityReplies(seed);
    commandNames.forEach((command, index) => {
      this.commandIndex[benchlab.commands[command].request[0]!] = index;
    });
  }

  /**
   * The answer to one byte, lent until the next call: undefined where the board keeps silent, as it does for
   * every byte that is not one of the five reading commands. `nowNs` is the instant of CLOCK_MONOTONIC that
   * a frame is to tell of.
   */
  reply(requestByte: number, nowNs: number): Uint8Array | undefined {
    const command = this.commandIndex[requestByte]!;
    if (command < 0) {
      this.tally.countUnexpected(requestByte);
      return undefined;
    }
    this.tally.countRequest(command);
    return requestByte === this.sensorsByte ? this.feed.next(nowNs) : this.fixedReplies.get(requestByte);
  }

  stats(): SimulatorStats {
    return this.tally.read();
  }
}

export const simulatedFirmware = 1;

/** The answers that never change, by their request's byte: everything but the frames. */
export function identityReplies(seed: number): ReadonlyMap<number, Uint8Array> {
  const { welcome, name, uid, vendor } = benchlab.commands;
  const nameBytes = new Uint8Array(name.replyBytes);
  nameBytes.set(new TextEncoder().encode('powerlog simulator'));
  return new Map([
    [welcome.request[0]!, benchlab.welcome],
    [name.request[0]!, nameBytes],
    [uid.request[0]!, simulatedUid(seed)],
    [vendor.request[0]!, Uint8Array.of(benchlab.vendorId, benchlab.productId, simulatedFirmware)],
  ]);
}

/** The UID of the simulated board with this seed: 12 bytes. */
export function simulatedUid(seed: number): Uint8Array {
  const uid = new Uint8Array(benchlab.commands.uid.replyBytes);
  const view = new DataView(uid.buffer);
  for (let at = 0; at < uid.length; at += 4) view.setUint32(at, hash32(seed, at), true);
  return uid;
}

/** A simulated board in this thread, without a port. */
export function makeBoardModel(options: BoardModelOptions = {}, tally = new Tally()): BoardModel {
  const { profile = 'constant', seed = 1, frames, repeat = true } = options;
  const feed = frames ? makeListFeed(frames, repeat) : makeProfileFeed(profile, seed);
  return new BoardModel(feed, seed, tally);
}
