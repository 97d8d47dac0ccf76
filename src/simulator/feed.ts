import type { Board } from '../board/board.js';
import { encodeFrame } from '../board/frame.js';
import { environmentAt } from './environment.js';
import { type MiscalibratedRail, misread } from './miscalibrated.js';
import type { ProfileName } from './profile-names.js';
import { makeRailReadings, railIndex, railReader } from './profiles.js';
import type { RaisedFault } from './raised-fault.js';

/** Where the model takes its frames from. */
export interface FrameFeed {
  /**
   * The frame of an instant of CLOCK_MONOTONIC (ns), lent until the next call; undefined where there are no more.
   */
  next(nowNs: number): Uint8Array | undefined;
}

export interface ProfileFeedOptions {
  readonly profile: ProfileName;
  readonly seed: number;
  /** The share of a connector's current that its first wire carries; the other wires share the rest evenly. */
  readonly imbalance?: number;
  readonly raise?: RaisedFault;
  /** Rails that read something else than there is. */
  readonly miscalibrated?: readonly MiscalibratedRail[];
}

/** Frames made from a profile. What changes slowly is encoded once a second, rails and wires for every frame. */
export function makeProfileFeed(board: Board, options: ProfileFeedOptions): FrameFeed {
  const { profile, seed, raise, miscalibrated: misreading = [] } = options;
  const frame = new Uint8Array(board.frameBytes);
  const view = new DataView(frame.buffer);
  const readings = makeRailReadings();
  const readRails = railReader(profile, seed);
  const rails = board.rails.map((rail) => ({ ...offsetsOf(board, rail), from: railIndex(rail.name) }));
  const wires = wiresOf(board, options.imbalance);
  const words = board.faults && {
    status: board.fields[board.faults.status]!.offset,
    log: board.fields[board.faults.log]!.offset,
  };
  let encodedSecond = Number.NaN;
  let startNs: number | undefined;
  let log = 0n;
  return {
    next(nowNs) {
      startNs ??= nowNs;
      const second = Math.floor(nowNs / 1e9);
      if (second !== encodedSecond) {
        encodeFrame(board, environmentAt(profile, seed, second), frame);
        encodedSecond = second;
      }
      readRails(nowNs, readings);
      for (const { voltage, current, power, from } of rails) {
        view.setInt16(voltage, readings.voltageMv[from]!, true);
        view.setInt32(current, readings.currentMa[from]!, true);
        view.setInt32(power, readings.powerMw[from]!, true);
      }
      for (const each of misreading) {
        const { voltage, current, power } = rails[each.rail]!;
        misread(each, view, voltage, current, power);
      }
      for (const { voltage, current, power, from, fromShare, toShare } of wires) {
        // Differences of rounded sums, so that the wires of a connector add up to what it reads.
        const railMa = readings.currentMa[from]!;
        const currentMa = Math.round(railMa * toShare) - Math.round(railMa * fromShare);
        const voltageMv = readings.voltageMv[from]!;
        view.setInt16(voltage, voltageMv, true);
        view.setInt32(current, currentMa, true);
        view.setInt32(power, Math.round((voltageMv * currentMa) / 1000), true);
      }
      if (words) {
        const status = raise && isRaised(raise, nowNs - startNs) ? 1n << BigInt(raise.bit) : 0n;
        log |= status;
        view.setBigUint64(words.status, status, true);
        view.setBigUint64(words.log, log, true);
      }
      return frame;
    },
  };
}

const isRaised = ({ afterMs, forMs }: RaisedFault, sinceNs: number): boolean =>
  sinceNs >= afterMs * 1e6 && sinceNs < (afterMs + forMs) * 1e6;

const offsetsOf = ({ fields }: Board, { voltage, current, power }: Board['rails'][number]) => ({
  voltage: fields[voltage]!.offset,
  current: fields[current]!.offset,
  power: fields[power]!.offset,
});

/** The wires, each with the part of its connector's current that it carries: from where to where in the whole. */
function wiresOf(board: Board, imbalance: number | undefined) {
  return board.wires.map((wire) => {
    const siblings = board.wires.filter(({ partOf }) => partOf === wire.partOf);
    const first = imbalance ?? 1 / siblings.length;
    const edge = (count: number) =>
      count === 0 ? 0 : first + ((1 - first) * (count - 1)) / (siblings.length - 1);
    const at = siblings.indexOf(wire);
    return {
      ...offsetsOf(board, wire),
      from: railIndex(board.rails[wire.partOf]!.name),
      fromShare: edge(at),
      toShare: edge(at + 1),
    };
  });
}

/** Given frames in their order, one a request: over and over, or once and then no more. */
export function makeListFeed({ frameBytes }: Board, frames: Uint8Array, repeat: boolean): FrameFeed {
  const count = frames.length / frameBytes;
  if (!Number.isInteger(count) || count === 0)
    throw new RangeError(`${frames.length} bytes are not a whole number of ${frameBytes}-byte frames`);
  let at = 0;
  return {
    next() {
      if (at === count) {
        if (!repeat) return undefined;
        at = 0;
      }
      const start = at++ * frameBytes;
      return frames.subarray(start, start + frameBytes);
    },
  };
}
