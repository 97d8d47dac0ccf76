import { allocate } from './allocate';
import { countValues, Histogram, newHistogram } from './histogram';

/** What `src/measure/energy.ts` tells of. Instants are µs, powers mW, all doubles that hold integers. */
@unmanaged
export class PowerSeries {
  histogram: Histogram;
  firstUs: f64;
  lastUs: f64;
  lastMw: f64;
  twiceNj: f64;
  /** What that sum has lost to rounding: beyond 2^53, which is 4.5 MJ, a double no longer holds every integer. */
  twiceLostNj: f64;
  stepSquares: f64;
}

export function newPowerSeries(): PowerSeries {
  const made = changetype<PowerSeries>(allocate(offsetof<PowerSeries>()));
  made.histogram = newHistogram();
  return made;
}

/** Adds `count` samples; the trapezoid goes on from those before. */
export function addPowers(series: PowerSeries, timesUs: usize, powersMw: usize, count: u32): void {
  if (count === 0) return;
  if (series.histogram.count === 0) {
    series.firstUs = series.lastUs = load<f64>(timesUs);
    series.lastMw = load<f64>(powersMw);
  }
  countValues(series.histogram, powersMw, count);
  let lastUs = series.lastUs;
  let lastMw = series.lastMw;
  let twiceNj = series.twiceNj;
  let twiceLostNj = series.twiceLostNj;
  let stepSquares = series.stepSquares;
  const bytes = (<usize>count) << 3;
  for (let at: usize = 0; at < bytes; at += 8) {
    const us = load<f64>(timesUs + at);
    const mw = load<f64>(powersMw + at);
    const spacing = us - lastUs;
    const step = (mw - lastMw) * spacing;
    // Knuth's two-sum: what the addition drops is exact.
    const twice = (mw + lastMw) * spacing;
    const sum = twiceNj + twice;
    const added = sum - twiceNj;
    twiceLostNj += twiceNj - (sum - added) + (twice - added);
    twiceNj = sum;
    stepSquares += step * step;
    lastUs = us;
    lastMw = mw;
  }
  series.lastUs = lastUs;
  series.lastMw = lastMw;
  series.twiceNj = twiceNj;
  series.twiceLostNj = twiceLostNj;
  series.stepSquares = stepSquares;
}

export function seriesHistogram(series: PowerSeries): Histogram {
  return series.histogram;
}

export function firstUs(series: PowerSeries): f64 {
  return series.firstUs;
}

export function lastUs(series: PowerSeries): f64 {
  return series.lastUs;
}

export function lastMw(series: PowerSeries): f64 {
  return series.lastMw;
}

export function twiceNj(series: PowerSeries): f64 {
  return series.twiceNj + series.twiceLostNj;
}

export function stepSquares(series: PowerSeries): f64 {
  return series.stepSquares;
}
