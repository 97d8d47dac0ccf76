import { withMinus } from '../units.js';

/*
 * Where an axis has its ticks, and what stands at them: round numbers, as many as have room. Powers in mW, instants in µs.
 */

/** In order, within the axis. */
export interface Ticks {
  readonly at: readonly number[];
  /** Without the unit. */
  readonly labels: readonly string[];
  /** Of the labels: `W`, `min:s`, … */
  readonly unit: string;
}

/** What labels beside each other may take, all in one unit of length. */
interface Room {
  /** Of the whole axis. */
  readonly length: number;
  readonly widthOf: (label: string) => number;
  /** Between two labels. */
  readonly gap: number;
}

const us = { ms: 1e3, s: 1e6, min: 60e6, h: 3600e6, day: 86_400e6 } as const;

/** The smallest of 1, 2, 5, 10, 20, … that is at least `least`. */
function roundStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least));
  // What 10 ** n is off by must not cost a step.
  const factor = [1, 2, 5].find((each) => each * decade >= least * (1 - 1e-9)) ?? 10;
  // Below 1 a power of ten is no exact number, its inverse is.
  return decade < 1 ? factor / Math.round(1 / decade) : factor * decade;
}

/** Round powers from `lowMw` to `highMw`, at most `most` (2 or more) of them. */
export function powerTicks(lowMw: number, highMw: number, most: number): Ticks {
  const span = highMw - lowMw;
  if (!(span > 0)) return { at: [], labels: [], unit: 'W' };
  // The smallest that is not too close: where it had no multiple on the axis, the one before it would have two at most.
  let step = roundStep(span / (most + 1));
  while (multiples(lowMw, highMw, step).length > most) step = roundStep(step * 1.5);
  const at = multiples(lowMw, highMw, step);
  const { scale, unit } = powerUnit(Math.max(Math.abs(lowMw), Math.abs(highMw)));
  const decimals = decimalsOf(step / scale);
  return { at, labels: at.map((mw) => withMinus((mw / scale).toFixed(decimals))), unit };
}

/** The unit in which an axis up to `mw` is read most easily. */
function powerUnit(mw: number): { scale: number; unit: string } {
  if (mw < 1e3) return { scale: 1, unit: 'mW' };
  return mw < 10e6 ? { scale: 1e3, unit: 'W' } : { scale: 1e6, unit: 'kW' };
}

/** Share of an axis that stays free above what was measured, at least. */
const headroom = 0.02;
/** Less is nothing. */
const leastSpanMw = 1e-3;

/**
 * An axis of powers: from 0, or less where less was measured, to a little above the highest.
 * @param most ticks, 2 or more
 */
export function powerAxis(
  leastMw: number,
  highestMw: number,
  most: number,
): { lowMw: number; highMw: number; ticks: Ticks } {
  const lowMw = Math.min(0, Number.isFinite(leastMw) ? leastMw : 0);
  const reach = highestMw - lowMw >= leastSpanMw ? highestMw : lowMw + 1e3;
  const quarter = roundStep((reach - lowMw) / most) / 4;
  const highMw = Math.ceil((reach + headroom * (reach - lowMw)) / quarter) * quarter;
  return { lowMw, highMw, ticks: powerTicks(lowMw, highMw, most) };
}

/** Round instants since the recording began, as close as labels have room. */
export function timeTicks(fromUs: number, toUs: number, { length, widthOf, gap }: Room): Ticks {
  const spanUs = toUs - fromUs;
  if (!(spanUs > 0)) return { at: [], labels: [], unit: 's' };
  // The smallest step whose labels all have room.
  for (const stepUs of timeSteps()) {
    const apart = (stepUs / spanUs) * length;
    if (apart < gap) continue;
    const { unit, write } = timeWriter(Math.max(Math.abs(fromUs), Math.abs(toUs)), stepUs);
    const at = multiples(fromUs, toUs, stepUs);
    const labels = at.map(write);
    if (labels.length < 2 || Math.max(...labels.map(widthOf)) + gap <= apart) return { at, labels, unit };
  }
  throw new Error('there is always a longer step');
}

/** An instant as an axis writes it whose ticks are `stepUs` apart and that reaches to `reachUs`. */
function timeWriter(
  reachUs: number,
  stepUs: number,
): { readonly unit: string; readonly write: (atUs: number) => string } {
  const signed = (write: (atUs: number) => string) => (atUs: number) =>
    atUs < 0 ? `−${write(-atUs)}` : write(atUs);
  const plain = (scale: number) => signed((atUs) => (atUs / scale).toFixed(decimalsOf(stepUs / scale)));
  if (reachUs < us.ms) return { unit: 'µs', write: plain(1) };
  if (reachUs < us.s && stepUs < 100 * us.ms) return { unit: 'ms', write: plain(us.ms) };
  if (reachUs <= 2 * us.min) return { unit: 's', write: plain(us.s) };
  const minutes = (atUs: number) => Math.floor(atUs / us.min);
  if (reachUs < 2 * us.h)
    return { unit: 'min:s', write: signed((atUs) => `${minutes(atUs)}:${seconds(atUs % us.min, stepUs)}`) };
  const hours = (atUs: number) => `${Math.floor(atUs / us.h)}:${two(minutes(atUs) % 60)}`;
  if (stepUs >= us.min) return { unit: 'h:min', write: signed(hours) };
  return {
    unit: 'h:min:s',
    write: signed((atUs) => `${hours(atUs)}:${seconds(atUs % us.min, stepUs)}`),
  };
}

/** Steps of instants that people count in, from 1 µs on. */
function* timeSteps(): Generator<number> {
  for (let decade = 1; decade < us.s; decade *= 10) for (const each of [1, 2, 5]) yield each * decade;
  for (const unit of [us.s, us.min]) for (const each of [1, 2, 5, 10, 15, 30]) yield each * unit;
  for (const each of [1, 2, 3, 6, 12]) yield each * us.h;
  for (let decade = us.day; ; decade *= 10) for (const each of [1, 2, 5]) yield each * decade;
}

/** Whole multiples of a step within two bounds. */
function multiples(low: number, high: number, step: number): number[] {
  const slack = 1e-9;
  const first = Math.ceil(low / step - slack);
  const count = Math.max(0, Math.floor(high / step + slack) - first + 1);
  // Below 1, steps are inverses of whole numbers.
  const inverse = Math.round(1 / step);
  return Array.from({ length: count }, (_, n) => {
    const value = step < 1 ? (first + n) / inverse : (first + n) * step;
    return value === 0 ? 0 : Math.min(Math.max(value, low), high);
  });
}

/** How many decimals a multiple of the step needs. */
function decimalsOf(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Seconds of a minute, with two digits before the point. */
function seconds(ofMinuteUs: number, stepUs: number): string {
  const decimals = decimalsOf(stepUs / us.s);
  return (ofMinuteUs / us.s).toFixed(decimals).padStart(decimals === 0 ? 2 : decimals + 3, '0');
}
