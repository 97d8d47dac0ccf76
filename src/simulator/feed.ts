import { benchlab } from '../board/benchlab.js';
import { encodeFrame } from '../board/frame.js';
import { environmentAt } from './environment.js';
import type { ProfileName } from './profile-names.js';
import { makeRailReadings, readRails } from './profiles.js';

/** Where the model takes its frames from. */
export interface FrameFeed {
  /**
   * The frame of an instant of CLOCK_MONOTONIC (ns), lent until the next call; undefined where there are no more.
   */
  next(nowNs: number): Uint8Array | undefined;
}

/** Frames made from a profile. What changes slowly is encoded once a second, the rails for every frame. */
export function makeProfileFeed(profile: ProfileName, seed: number): FrameFeed {
  const frame = new Uint8Array(benchlab.frameBytes);
  const view = new DataView(frame.buffer);
  const readings = makeRailReadings();
  const offsets = benchlab.rails.map((rail) => ({
    voltage: benchlab.fields[rail.voltage]!.offset,
    current: benchlab.fields[rail.current]!.offset,
    power: benchlab.fields[rail.power]!.offset,
  }));
  let encodedSecond = Number.NaN;
  return {
    next(nowNs) {
      const second = Math.floor(nowNs / 1e9);
      if (second !== encodedSecond) {
        encodeFrame(benchlab, environmentAt(profile, seed, second), frame);
        encodedSecond = second;
      }
      readRails(profile, seed, nowNs, readings);
      for (let rail = 0; rail < offsets.length; rail++) {
        const { voltage, current, power } = offsets[rail]!;
        view.setInt16(voltage, readings.voltageMv[rail]!, true);
        view.setInt32(current, readings.currentMa[rail]!, true);
        view.setInt32(power, readings.powerMw[rail]!, true);
      }
      return frame;
    },
  };
}

/** Given frames in their order, one a request: over and over, or once and then no more. */
export function makeListFeed(frames: Uint8Array, repeat: boolean): FrameFeed {
  const { frameBytes } = benchlab;
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
