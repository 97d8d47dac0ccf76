import type { Instrument } from '../board/board.js';
import { fieldTypes } from '../board/field-type.js';
import { encodeFrame } from '../board/frame.js';
import { environmentAt } from './environment.js';
import { type MiscalibratedRail, misread } from './miscalibrated.js';
import type { ProfileName } from './profile-names.js';
import { makeRailReadings, railReader } from './profiles.js';
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
  /** Readings stand still between updates, which come at whole multiples of so many ns of CLOCK_MONOTONIC. */
  readonly updateNs?: number;
  /** Rails that read something else than there is. */
  readonly miscalibrated?: readonly MiscalibratedRail[];
}

/** Frames made from a profile. What changes slowly is encoded once a second, rails and wires for every frame. */
export function makeProfileFeed(board: Instrument, options: ProfileFeedOptions): FrameFeed {
  const { profile, seed, raise, updateNs, miscalibrated: misreading = [] } = options;
  const frame = new Uint8Array(board.frameBytes);
  const view = new DataView(frame.buffer);
  const readings = makeRailReadings(board.rails);
  const readRails = railReader(profile, seed, board);
  const rails = board.rails.map((rail, from) => ({ ...placesOf(board, rail), from }));
  const wires = wiresOf(board, options.imbalance);
  const totals = board.totals.map(({ field, rails }) => ({ put: placeOf(board, field), rails }));
  const putFaults = faultWriter(board);
  let encodedSecond = Number.NaN;
  let startNs: number | undefined;
  let log = 0n;
  return {
    next(askedNs) {
      const nowNs = updateNs === undefined ? askedNs : Math.floor(askedNs / updateNs) * updateNs;
      startNs ??= nowNs;
      const second = Math.floor(nowNs / 1e9);
      if (second !== encodedSecond) {
        encodeFrame(board, environmentAt(profile, seed, second), frame);
        encodedSecond = second;
      }
      readRails(nowNs, readings);
      for (const { voltage, current, power, from } of rails) {
        voltage(view, readings.voltageMv[from]!);
        current(view, readings.currentMa[from]!);
        power(view, readings.powerMw[from]!);
      }
      for (const each of misreading) {
        const { voltage, current, power, from } = rails[each.rail]!;
        const { mv, ma } = misread(each, readings.voltageMv[from]!, readings.currentMa[from]!);
        voltage(view, mv);
        current(view, ma);
        power(view, Math.round((mv * ma) / 1000));
      }
      for (const { voltage, current, power, from, fromShare, toShare } of wires) {
        // Differences of rounded sums, so that the wires of a connector add up to what it reads.
        const railMa = readings.currentMa[from]!;
        const currentMa = Math.round(railMa * toShare) - Math.round(railMa * fromShare);
        const voltageMv = readings.voltageMv[from]!;
        voltage(view, voltageMv);
        current(view, currentMa);
        power(view, Math.round((voltageMv * currentMa) / 1000));
      }
      for (const { put, rails } of totals)
        put(view, Math.round(rails.reduce((sum, rail) => sum + readings.powerMw[rail]!, 0) / 1000));
      if (putFaults) {
        const status = raise && isRaised(raise, nowNs - startNs) ? 1n << BigInt(raise.bit) : 0n;
        log |= status;
        putFaults(view, status, log);
      }
      return frame;
    },
  };
}

const isRaised = ({ afterMs, forMs }: RaisedFault, sinceNs: number): boolean =>
  sinceNs >= afterMs * 1e6 && sinceNs < (afterMs + forMs) * 1e6;

/** Writes a field into a frame. */
type Put = (view: DataView, value: number) => void;

/** What cannot be negative is 0 where the machine's sensor would read a little below. */
function placeOf({ fields }: Instrument, index: number): Put {
  const { offset, type, factor = 1, scale } = fields[index]!;
  const { write } = fieldTypes[type];
  const stored = (value: number) =>
    scale ? Math.round((value - scale.offset) / scale.gain) : Math.round(value / factor);
  const put: Put =
    factor === 1 && !scale
      ? (view, value) => write(view, offset, value)
      : (view, value) => write(view, offset, stored(value));
  return type.startsWith('uint') ? (view, value) => put(view, Math.max(0, value)) : put;
}

const placesOf = (board: Instrument, { voltage, current, power }: Instrument['rails'][number]) => ({
  voltage: placeOf(board, voltage),
  current: placeOf(board, current),
  power: placeOf(board, power),
});

/** Null where the board tells of no faults. */
function faultWriter({ faults, fields }: Instrument) {
  if (!faults) return null;
  const { status, log } = faults;
  const put = (view: DataView, index: number, value: bigint) => {
    const { offset, type } = fields[index]!;
    fieldTypes[type].write(view, offset, value);
  };
  return (view: DataView, now: bigint, ever: bigint) => {
    if (status.length === 1) put(view, status[0]!, now);
    else status.forEach((index, bit) => void put(view, index, (now >> BigInt(bit)) & 1n));
    if (log !== null) put(view, log, ever);
  };
}

/** The wires, each with the part of its connector's current that it carries: from where to where in the whole. */
function wiresOf(board: Instrument, imbalance: number | undefined) {
  return board.wires.map((wire) => {
    const siblings = board.wires.filter(({ partOf }) => partOf === wire.partOf);
    const first = imbalance ?? 1 / siblings.length;
    const edge = (count: number) =>
      count === 0 ? 0 : first + ((1 - first) * (count - 1)) / (siblings.length - 1);
    const at = siblings.indexOf(wire);
    return {
      ...placesOf(board, wire),
      from: wire.partOf,
      fromShare: edge(at),
      toShare: edge(at + 1),
    };
  });
}

/** Given frames in their order, one a request: over and over, or once and then no more. */
export function makeListFeed({ frameBytes }: Instrument, frames: Uint8Array, repeat: boolean): FrameFeed {
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
