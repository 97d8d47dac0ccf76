import { uniform } from './random.js';

/** How hard the made-up machine works: shares of full load, 0 … 1. */
export interface Load {
  cpu: number;
  gpu: number;
  board: number;
}

/** Writes the load at `tNs` of CLOCK_MONOTONIC into `out`. */
type Shape = (seed: number, tNs: number, out: Load) => void;

const setLoad = (out: Load, cpu: number, gpu: number, board: number): void => {
  out.cpu = cpu;
  out.gpu = gpu;
  out.board = board;
};

/** A desktop at rest: short background work a few times a minute. */
const idle: Shape = (seed, tNs, out) => {
  const slotS = 2;
  const slot = Math.floor(tNs / 1e9 / slotS);
  const intoS = tNs / 1e9 - slot * slotS;
  const busy = uniform(seed, slot) < 0.25 && intoS < 0.15 + 0.5 * uniform(~seed, slot);
  setLoad(out, busy ? 0.2 : 0.02, busy ? 0.015 : 0, busy ? 0.2 : 0.02);
};

/**
 * Epochs of 40 s: 34 s of iterations, 4 s of validation, 2 s of writing a checkpoint. An iteration of 400 ms loads
 * data, goes forward and backward, and steps the optimizer.
 */
const train: Shape = (seed, tNs, out) => {
  const epochS = 40;
  const second = tNs / 1e9;
  const epoch = Math.floor(second / epochS);
  const intoEpochS = second - epoch * epochS;
  if (intoEpochS >= 38) return setLoad(out, 0.35, 0.12, 0.9);
  if (intoEpochS >= 34) return setLoad(out, 0.3, 0.6, 0.4);
  const iteration = Math.floor(intoEpochS / 0.4);
  const intoIterationS = intoEpochS - iteration * 0.4;
  const batch = uniform(seed, epoch * 100 + iteration) - 0.5;
  if (intoIterationS < 0.04) return setLoad(out, 0.7, 0.3, 0.6);
  if (intoIterationS < 0.16) return setLoad(out, 0.35, 0.82 + 0.06 * batch, 0.4);
  if (intoIterationS < 0.36) return setLoad(out, 0.3, 0.94 + 0.06 * batch, 0.4);
  return setLoad(out, 0.25, 0.66, 0.4);
};

/** Requests at chance instants: a short prefill at full power, then tokens one by one at about half. */
const inference: Shape = (seed, tNs, out) => {
  const slotS = 1.5;
  const slot = Math.floor(tNs / 1e9 / slotS);
  const intoS = tNs / 1e9 - slot * slotS;
  const startS = 0.4 * uniform(seed, slot);
  const tokensS = 0.2 + 0.8 * uniform(~seed, slot);
  const runS = intoS - startS;
  if (uniform(seed ^ 0x5bd1e995, slot) < 0.2 || runS < 0 || runS > 0.06 + tokensS)
    return setLoad(out, 0.04, 0.05, 0.1);
  if (runS < 0.06) return setLoad(out, 0.35, 0.98, 0.4);
  const intoToken = (runS / 0.025) % 1;
  return setLoad(out, 0.2, intoToken < 0.8 ? 0.55 : 0.35, 0.3);
};

export const shapes = { idle, train, inference } as const;
