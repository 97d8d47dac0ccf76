import type { Chance } from './chance.js';
import { CurvePen, type PowerCurve } from './curve.js';

/** What a device does, and what of it decides how well a lag can be found. */
export interface Load {
  readonly curve: PowerCurve;
  /** Of a load that repeats itself exactly, so that no statistics tell its periods apart. */
  readonly periodS: number | null;
  /** How many changes of power the whole record rests on; null where there are very many. */
  readonly events: number | null;
}

/** A curve reaches this far beyond the record, since a sensor reads the past. */
export const marginS = 8;

interface Frame {
  readonly chance: Chance;
  readonly durationS: number;
  readonly idleW: number;
  readonly busyW: number;
}

const starting = ({ chance, idleW }: Frame): CurvePen =>
  new CurvePen(-marginS, idleW, chance.logBetween(0.001, 0.015));

const busyFor = ({ chance, idleW, busyW }: Frame, spread: number): number =>
  Math.max(idleW, busyW * (1 + spread * chance.normal()));

const without = (pen: CurvePen): Load => ({ curve: pen.curve(), periodS: null, events: null });

/** Iterations of nearly one length, a lull in each, and now and then an evaluation or a checkpoint. */
function steps(frame: Frame): Load {
  const { chance, durationS, idleW, busyW } = frame;
  const pen = starting(frame);
  const stepS = chance.logBetween(0.15, 1.2);
  const jitter = chance.between(0.02, 0.06);
  const duty = chance.between(0.55, 0.9);
  const lullW = idleW + chance.between(0.1, 0.5) * (busyW - idleW);
  const perEpoch = 20 + chance.below(50);
  for (let step = 0; pen.atS < durationS + marginS; step++) {
    const lengthS = stepS * Math.max(0.3, 1 + jitter * chance.normal());
    pen.level(lengthS * duty, busyFor(frame, 0.03));
    pen.level(lengthS * (1 - duty), lullW);
    if (step % perEpoch === perEpoch - 1) pen.level(chance.between(1, 4), idleW);
  }
  return without(pen);
}

/** Work that comes by chance, of chance length and height. */
function bursts(frame: Frame): Load {
  const { chance, durationS, idleW } = frame;
  const pen = starting(frame);
  const [busyS, restS] = [chance.logBetween(0.2, 2), chance.logBetween(0.3, 3)];
  while (pen.atS < durationS + marginS) {
    pen.level(0.03 + chance.exponential(restS), idleW);
    pen.level(0.03 + chance.exponential(busyS), Math.max(idleW, busyFor(frame, 0.12)));
  }
  return without(pen);
}

/** Requests to a language model: a peak, then tokens, each a small pulse. */
function tokens(frame: Frame): Load {
  const { chance, durationS, idleW, busyW } = frame;
  const pen = starting(frame);
  const tokenS = chance.logBetween(0.015, 0.06);
  const meanTokens = chance.logBetween(20, 150);
  const restS = chance.logBetween(0.3, 2);
  const plateauW = idleW + chance.between(0.35, 0.65) * (busyW - idleW);
  const pulseW = chance.between(0.08, 0.25) * (busyW - idleW);
  while (pen.atS < durationS + marginS) {
    pen.level(0.02 + chance.exponential(restS), idleW);
    pen.level(chance.between(0.05, 0.25), busyFor(frame, 0.05));
    for (let token = 3 + Math.floor(chance.exponential(meanTokens)); token > 0; token--) {
      const lengthS = tokenS * Math.max(0.4, 1 + 0.12 * chance.normal());
      pen.level(0.6 * lengthS, plateauW + pulseW);
      pen.level(0.4 * lengthS, plateauW - pulseW);
    }
  }
  return without(pen);
}

/** A power that wanders (Ornstein and Uhlenbeck), in straight pieces of 20 ms. */
function noise(frame: Frame): Load {
  const { chance, durationS, idleW, busyW } = frame;
  const pen = starting(frame);
  const meanW = (idleW + busyW) / 2;
  const spreadW = chance.between(0.08, 0.2) * (busyW - idleW);
  const keeps = Math.exp(-0.02 / chance.logBetween(0.15, 2));
  let value = 0;
  while (pen.atS < durationS + marginS) {
    value = keeps * value + Math.sqrt(1 - keeps * keeps) * chance.normal();
    pen.line(0.02, Math.max(idleW, meanW + spreadW * value));
  }
  return without(pen);
}

function bareStep(frame: Frame): Load {
  const { chance, durationS, idleW, busyW } = frame;
  const pen = starting(frame);
  pen.levelUntil(chance.between(0.3, 0.7) * durationS, idleW);
  pen.level(1, busyW);
  return { curve: pen.curve(), periodS: null, events: 1 };
}

function bareRamp(frame: Frame): Load {
  const { chance, durationS, idleW, busyW } = frame;
  const pen = starting(frame);
  pen.levelUntil(chance.between(0.1, 0.3) * durationS, idleW);
  pen.line(chance.between(0.3, 0.5) * durationS, busyW);
  return { curve: pen.curve(), periodS: null, events: 2 };
}

/**
 * The same as devices have them, whose power ripples by a few tenths of a percent to a percent and a half wherever it stands. On the
 * bare ones a lag can't be known better than the sensor looks: of one edge, an instantaneous sensor tells only between which updates it
 * fell.
 */
const rippling =
  (bare: (frame: Frame) => Load) =>
  (frame: Frame): Load => {
    const { chance, durationS } = frame;
    const { curve } = bare(frame);
    const share = chance.logBetween(0.003, 0.015);
    const keeps = Math.exp(-rippleS / chance.logBetween(0.05, 0.5));
    const pen = new CurvePen(-marginS, curve.powerAt(-marginS), 0);
    for (let value = 0; pen.atS < durationS + marginS; ) {
      value = keeps * value + Math.sqrt(1 - keeps * keeps) * chance.normal();
      pen.line(rippleS, curve.powerAt(pen.atS + rippleS) * (1 + share * value));
    }
    return without(pen);
  };

const rippleS = 0.01;

/** A few short peaks a minute, and rest. */
function rareEvents(frame: Frame): Load {
  const { chance, durationS, idleW } = frame;
  const pen = starting(frame);
  let events = 0;
  for (;;) {
    const restS = 2 + chance.exponential(7);
    if (pen.atS + restS > durationS - 2) break;
    pen.levelUntil(Math.max(2, pen.atS + restS), idleW);
    pen.level(chance.logBetween(0.1, 1), busyFor(frame, 0.1));
    events++;
  }
  pen.level(1, idleW);
  return { curve: pen.curve(), periodS: null, events };
}

function square(frame: Frame): Load {
  const { chance, durationS, idleW, busyW } = frame;
  const pen = starting(frame);
  const periodS = chance.logBetween(0.3, 4);
  const duty = chance.between(0.3, 0.7);
  while (pen.atS < durationS + marginS) {
    pen.level(periodS * duty, busyW);
    pen.level(periodS * (1 - duty), idleW);
  }
  return { curve: pen.curve(), periodS, events: null };
}

function flat(frame: Frame): Load {
  const pen = new CurvePen(-marginS, frame.busyW, 0.01);
  return { curve: pen.curve(), periodS: null, events: 0 };
}

function sinusoid(frame: Frame): Load {
  const { chance, durationS, idleW, busyW } = frame;
  const periodS = chance.logBetween(0.8, 10);
  const pieces = 400;
  const pen = starting(frame);
  for (let n = 1; pen.atS < durationS + marginS; n++) {
    const phase = (2 * Math.PI * n) / pieces;
    pen.line(periodS / pieces, (idleW + busyW) / 2 - ((busyW - idleW) / 2) * Math.cos(phase));
  }
  return { curve: pen.curve(), periodS, events: null };
}

const draughtsmen = {
  ...{ steps, bursts, tokens, noise },
  ...{ oneStep: rippling(bareStep), ramp: rippling(bareRamp), rareEvents },
  ...{ square, flat, sinusoid },
  ...{ bareStep, bareRamp },
};

export type LoadKind = keyof typeof draughtsmen;
export const loadKinds = Object.keys(draughtsmen) as LoadKind[];

/** A load of a kind, from `marginS` before the record to `marginS` behind it. */
export function drawLoad(kind: LoadKind, chance: Chance, durationS: number): Load {
  const idleW = chance.between(40, 100);
  return draughtsmen[kind]({ chance, durationS, idleW, busyW: idleW + chance.between(80, 350) });
}
